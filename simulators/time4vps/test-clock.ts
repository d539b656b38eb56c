import type { SimClock } from './clock.ts';

export interface TestClock extends SimClock {
  /** Moves the time on, waking who has slept long enough. */
  run(ms: number): Promise<void>;
  /** Moves the time on until `work` is done. */
  runAll(work: Promise<unknown>): Promise<void>;
}

/** Time that stands still until a test moves it. */
export function createTestClock(start = Date.UTC(2026, 0, 15, 12)): TestClock {
  let now = start;
  let sleepers: Array<{ at: number; wake: () => void }> = [];
  // Woken tasks go on in promise callbacks, of which a turn of the event loop leaves none.
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
  const run = async (ms: number) => {
    await settle();
    now += ms;
    const due = sleepers.filter(({ at }) => at <= now);
    sleepers = sleepers.filter(({ at }) => at > now);
    for (const { wake } of due) wake();
    await settle();
  };
  return {
    now: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason), { once: true });
        sleepers.push({ at: now + ms, wake: resolve });
      }),
    run,
    async runAll(work) {
      let done = false;
      const end = work.then(() => {
        done = true;
      });
      while (!done) await run(1_000);
      await end;
    },
  };
}
