import { OpsError } from '#domain/errors.ts';
import type { Clock } from '#domain/ports.ts';

/** Runs `work` under a signal of its own that fires at the deadline; by the clock that is given. */
export async function withDeadline<T>(
  clock: Clock,
  milliseconds: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = new AbortController();
  const done = new AbortController();
  const overdue = clock.sleep(milliseconds, done.signal).then(() => {
    const error = new OpsError('timeout', `No answer within ${milliseconds / 1000} s.`);
    late.abort(error);
    throw error;
  });
  try {
    return await Promise.race([work(AbortSignal.any([signal, late.signal])), overdue]);
  } finally {
    done.abort();
    overdue.catch(() => undefined);
  }
}
