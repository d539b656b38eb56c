import { dueAt, type Entry } from './entry.ts';

interface Place {
  readonly due: number;
  readonly entry: Entry;
}

/** Entries by due time: a binary heap; a place that is out of date is skipped when it comes up. */
export function createAgenda() {
  const heap: Place[] = [];
  const at = (index: number) => heap[index] as Place;

  function up(from: number): void {
    let child = from;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if (at(parent).due <= at(child).due) return;
      [heap[parent], heap[child]] = [at(child), at(parent)];
      child = parent;
    }
  }

  function down(from: number): void {
    let parent = from;
    for (;;) {
      let least = parent;
      for (const child of [2 * parent + 1, 2 * parent + 2]) {
        if (child < heap.length && at(child).due < at(least).due) least = child;
      }
      if (least === parent) return;
      [heap[parent], heap[least]] = [at(least), at(parent)];
      parent = least;
    }
  }

  function pop(): void {
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    heap[0] = last;
    down(0);
  }

  const stale = ({ due, entry }: Place) => entry.dropped || entry.inFlight || dueAt(entry) !== due;

  /** The next one that is still true. */
  function peek(): Place | null {
    while (heap.length > 0 && stale(at(0))) pop();
    return heap[0] ?? null;
  }

  return {
    put(entry: Entry): void {
      heap.push({ due: dueAt(entry), entry });
      up(heap.length - 1);
    },
    /** Milliseconds since 1970 of the next due time; infinite when there is none. */
    nextAt: (): number => peek()?.due ?? Number.POSITIVE_INFINITY,
    /** Takes out what is due. */
    take(now: number): Entry | null {
      const first = peek();
      if (first === null || first.due > now) return null;
      pop();
      return first.entry;
    },
    clear(): void {
      heap.length = 0;
    },
  };
}
export type Agenda = ReturnType<typeof createAgenda>;
