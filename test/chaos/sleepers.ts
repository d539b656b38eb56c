interface Sleeper {
  readonly at: number;
  readonly order: number;
  gone: boolean;
  wake(): void;
}

/** Who sleeps until when: a binary heap, in the order of their times and then of their coming. */
export function createSleepers() {
  const heap: Sleeper[] = [];
  let order = 0;
  const at = (index: number) => heap[index] as Sleeper;
  const before = (one: Sleeper, other: Sleeper) =>
    one.at < other.at || (one.at === other.at && one.order < other.order);

  function push(sleeper: Sleeper): void {
    heap.push(sleeper);
    for (let child = heap.length - 1; child > 0; ) {
      const parent = (child - 1) >> 1;
      if (!before(at(child), at(parent))) return;
      [heap[parent], heap[child]] = [at(child), at(parent)];
      child = parent;
    }
  }

  function pop(): Sleeper | undefined {
    const first = heap[0];
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return first;
    heap[0] = last;
    for (let parent = 0; ; ) {
      let least = parent;
      for (const child of [2 * parent + 1, 2 * parent + 2]) {
        if (child < heap.length && before(at(child), at(least))) least = child;
      }
      if (least === parent) return first;
      [heap[parent], heap[least]] = [at(least), at(parent)];
      parent = least;
    }
  }

  function nextAt(): number {
    while (heap[0]?.gone) pop();
    return heap[0]?.at ?? Number.POSITIVE_INFINITY;
  }

  return {
    nextAt,
    /** Wakes the one that comes first, and all of the same moment. */
    wakeUntil(time: number): void {
      while (nextAt() <= time) pop()?.wake();
    },
    sleep: (until: number, signal?: AbortSignal): Promise<void> =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const onAbort = () => {
          sleeper.gone = true;
          reject(signal?.reason);
        };
        const wake = () => {
          signal?.removeEventListener('abort', onAbort);
          resolve();
        };
        const sleeper: Sleeper = { at: until, order: order++, gone: false, wake };
        signal?.addEventListener('abort', onAbort, { once: true });
        push(sleeper);
      }),
  };
}
