import { OpsError } from '#domain/errors.ts';
import type { StreamLimits } from './deps.ts';

/** Bounds open streams, overall and per token: each one polls the database. */
export function createStreamSlots({
  maxStreams,
  maxStreamsPerToken,
}: Pick<StreamLimits, 'maxStreams' | 'maxStreamsPerToken'>) {
  const held = new Map<string, number>();
  let total = 0;

  return {
    /** Throws `rate_limited` when all are taken; the answer gives the slot back, once. */
    take(token: string): () => void {
      const own = held.get(token) ?? 0;
      if (total >= maxStreams || own >= maxStreamsPerToken) {
        throw new OpsError('rate_limited', 'Too many event streams are open.', {
          retryAfterMs: 5_000,
          hint: 'Close streams that nobody reads, or ask GET /api/operations/{id} now and then.',
        });
      }
      total += 1;
      held.set(token, own + 1);
      let released = false;
      return () => {
        if (released) return;
        released = true;
        total -= 1;
        const left = (held.get(token) ?? 1) - 1;
        if (left > 0) held.set(token, left);
        else held.delete(token);
      };
    },
  };
}
