import { setImmediate as tick, setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '#domain/ports.ts';

/** Time that passes only by sleeping, and then at once: for pacing and back-off. */
export function swiftClock(start = Date.now()): Clock & { advance(milliseconds: number): void } {
  let now = start;
  return {
    now: () => new Date(now),
    async sleep(milliseconds, signal) {
      const target = now + milliseconds;
      await tick();
      signal?.throwIfAborted();
      now = Math.max(now, target);
    },
    advance: (milliseconds) => {
      now += milliseconds;
    },
  };
}

/** The machine's time, with sleeps fifty times shorter: for loops that would spin without any. */
export function hastyClock(): Clock & { shift: number } {
  const clock = {
    shift: 0,
    now: () => new Date(Date.now() + clock.shift),
    sleep: (milliseconds: number, signal?: AbortSignal) =>
      wait(milliseconds / 50, undefined, { signal }),
  };
  return clock;
}
