import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '#domain/ports.ts';

/** The machine's own clock. */
export function createClock(): Clock {
  return {
    now: () => new Date(),
    async sleep(milliseconds, signal) {
      try {
        await wait(milliseconds, undefined, { signal });
      } catch (error) {
        // The contract is the signal's own reason; timers reject with a wrapper around it.
        if (signal?.aborted) throw signal.reason;
        throw error;
      }
    },
  };
}
