import { AsyncLocalStorage } from 'node:async_hooks';
import type { Clock } from '#domain/ports.ts';
import { createSleepers } from './sleepers.ts';

/** Turns of the event loop without anything under way after which the process counts as quiet. */
const QUIET_TURNS = 6;
/** Real time in which something under way has to move; longer is a fault of the suite itself. */
const STUCK_MS = 60_000;

export interface ChaosClock extends Clock {
  /** Milliseconds since the start of the scenario: what no setting of the clock changes. */
  readonly elapsed: number;
  /** Lets virtual time pass; returns when it has, with all that followed. */
  advance(milliseconds: number): Promise<void>;
  /** Lets time pass until it is so, at most this long; says whether it came to be. */
  until(
    milliseconds: number,
    isSo: () => boolean | Promise<boolean>,
    everyMs?: number,
  ): Promise<boolean>;
  /** The wall clock is set; sleeps go on as long as they would have. */
  jump(milliseconds: number): void;
  /** Counts what happens in real time (sockets, database): no virtual time passes meanwhile. */
  busy<T>(what: string, work: () => Promise<T>): Promise<T>;
  /**
   * A run of a thread. It counts as under way unless it sleeps: what LangGraph waits by itself (the
   * pauses between its retries) passes in real time.
   */
  run<T>(what: string, work: () => Promise<T>): Promise<T>;
  /** The same time for what sleeps beside a run: its watch over cancellations, the simulators. */
  readonly aside: Clock;
  /** What runs now, and passes in real time. */
  underWay(): readonly string[];
}

interface Run {
  readonly what: string;
  sleeping: number;
}

/**
 * Virtual time for a whole agent in one process. It goes on to the next sleeper only while nothing
 * real is under way: every port that leaves the process is wrapped by `busy`, and several turns of
 * the event loop have to pass in which none of them is called. What adapters time by themselves
 * (deadlines of SSH and HTTP, the retries of LangGraph) passes in real time, as part of a call that
 * is counted; the stage keeps those deadlines short.
 */
export function createChaosClock(start: Date): ChaosClock {
  const sleepers = createSleepers();
  const running = new Map<number, string>();
  const runs = new Set<Run>();
  const current = new AsyncLocalStorage<Run>();
  let elapsed = 0;
  let shift = start.getTime();
  let calls = 0;
  let moved = () => {};

  const now = () => new Date(shift + elapsed);
  const rest = (milliseconds: number, signal?: AbortSignal) =>
    sleepers.sleep(elapsed + Math.max(0, milliseconds), signal);
  const underWay = () => [
    ...running.values(),
    ...[...runs].filter(({ sleeping }) => sleeping === 0).map(({ what }) => what),
  ];

  async function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    const run = current.getStore();
    if (run === undefined) return rest(milliseconds, signal);
    run.sleeping++;
    moved();
    try {
      await rest(milliseconds, signal);
    } finally {
      run.sleeping--;
    }
  }

  const isBusy = () => {
    if (running.size > 0) return true;
    for (const { sleeping } of runs) if (sleeping === 0) return true;
    return false;
  };

  /** Whatever is under way moves on: waited for, not asked again and again, so that it has the core. */
  const nextMove = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const stuck = setTimeout(() => {
        reject(new Error(`it never becomes quiet: ${underWay().join(', ')}`));
      }, STUCK_MS);
      moved = () => {
        clearTimeout(stuck);
        moved = () => {};
        resolve();
      };
    });

  /** Whether the event loop turns several times without anything that begins or is under way. */
  const isQuiet = (): Promise<boolean> =>
    new Promise((resolve) => {
      const seen = calls;
      let turns = 0;
      const turn = () => {
        if (seen !== calls || isBusy()) resolve(false);
        else if (++turns >= QUIET_TURNS) resolve(true);
        else setImmediate(turn);
      };
      setImmediate(turn);
    });

  async function quiet(): Promise<void> {
    while (!(await isQuiet())) if (isBusy()) await nextMove();
  }

  async function advance(milliseconds: number): Promise<void> {
    const target = elapsed + milliseconds;
    for (;;) {
      await quiet();
      const next = sleepers.nextAt();
      if (next > target) break;
      elapsed = Math.max(elapsed, next);
      sleepers.wakeUntil(elapsed);
    }
    elapsed = target;
  }

  return {
    ...{ advance, now, sleep, underWay, aside: { now, sleep: rest } },
    get elapsed() {
      return elapsed;
    },
    async until(milliseconds, isSo, everyMs = 1000) {
      for (const end = elapsed + milliseconds; elapsed < end; ) {
        if (await isSo()) return true;
        await advance(Math.min(everyMs, end - elapsed));
      }
      return isSo();
    },
    jump(milliseconds) {
      shift += milliseconds;
    },
    async busy(what, work) {
      const id = calls++;
      running.set(id, what);
      try {
        return await work();
      } finally {
        running.delete(id);
        calls++;
        moved();
      }
    },
    async run(what, work) {
      const run = { what, sleeping: 0 };
      runs.add(run);
      try {
        return await current.run(run, work);
      } finally {
        runs.delete(run);
        calls++;
        moved();
      }
    },
  };
}

/** Every method that returns a promise is counted while it runs. */
export function counted<T extends object>(clock: ChaosClock, label: string, target: T): T {
  return new Proxy(target, {
    get(from, property) {
      const value: unknown = Reflect.get(from, property, from);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => {
        const result: unknown = Reflect.apply(value, from, args);
        if (!(result instanceof Promise)) return result;
        return clock.busy(`${label}.${String(property)}`, () => result);
      };
    },
  });
}
