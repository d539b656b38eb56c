import { setImmediate as tick } from 'node:timers/promises';
import type { Clock } from '#domain/ports.ts';

export interface VirtualClock extends Clock {
  /** Lets time pass, sleeper by sleeper, each with all that follows from it. */
  advance(milliseconds: number): Promise<void>;
  /** The wall clock is set; sleeps go on as long as they would have. */
  jump(milliseconds: number): void;
}

interface Sleeper {
  readonly at: number;
  wake(): void;
}

/** Time that passes only when told to: deterministic, and a day takes seconds. */
export function virtualClock(start = new Date('2026-03-01T00:00:00Z')): VirtualClock {
  let elapsed = 0;
  let shift = start.getTime();
  /** By the time of waking, then in the order in which they lay down. */
  const sleepers: Sleeper[] = [];
  const lie = (sleeper: Sleeper) => {
    let [low, high] = [0, sleepers.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sleepers[middle]?.at ?? 0) <= sleeper.at) low = middle + 1;
      else high = middle;
    }
    sleepers.splice(low, 0, sleeper);
  };
  return {
    now: () => new Date(shift + elapsed),
    sleep: (milliseconds, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const end = () => {
          const at = sleepers.indexOf(sleeper);
          if (at >= 0) sleepers.splice(at, 1);
          signal?.removeEventListener('abort', onAbort);
        };
        const onAbort = () => {
          end();
          reject(signal?.reason);
        };
        const wake = () => {
          end();
          resolve();
        };
        const sleeper = { at: elapsed + Math.max(0, milliseconds), wake };
        lie(sleeper);
        signal?.addEventListener('abort', onAbort, { once: true });
      }),
    async advance(milliseconds) {
      const target = elapsed + milliseconds;
      for (;;) {
        await tick();
        const [next] = sleepers;
        if (next === undefined || next.at > target) break;
        elapsed = Math.max(elapsed, next.at);
        next.wake();
      }
      elapsed = target;
      await tick();
    },
    jump(milliseconds) {
      shift += milliseconds;
    },
  };
}
