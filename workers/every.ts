import { toOpsError } from '#domain/errors.ts';
import type { Clock, Logger } from '#domain/ports.ts';

/**
 * Runs `work` now and then again `seconds` after each end, until stopped; a failure is logged and
 * the next turn comes all the same. Returns once the turn under way has ended.
 */
export function every(
  name: string,
  seconds: number,
  work: (signal: AbortSignal) => Promise<void>,
  { clock, log }: { clock: Clock; log: Logger },
): () => Promise<void> {
  const stop = new AbortController();
  const loop = async () => {
    while (!stop.signal.aborted) {
      try {
        await work(stop.signal);
      } catch (error) {
        if (!stop.signal.aborted)
          log.warn({ job: name, error: toOpsError(error).message }, 'turn failed');
      }
      await clock.sleep(seconds * 1000, stop.signal).catch(() => undefined);
    }
  };
  const running = loop();
  return async () => {
    stop.abort();
    await running;
  };
}
