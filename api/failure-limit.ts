import { OpsError } from '#domain/errors.ts';
import type { Clock } from '#domain/ports.ts';

const WINDOW_MS = 60_000;
const MAX_ADDRESSES = 1_000;

/**
 * Counts failed logins per address. Over the limit a failure answers 429 instead of 401; a valid
 * token is let in all the same, so that a neighbour behind one NAT cannot lock anybody out.
 */
export function createFailureLimit({ clock, perMinute }: { clock: Clock; perMinute: number }) {
  const windows = new Map<string, { since: number; count: number }>();

  return {
    /** Throws `rate_limited` once the address failed too often within the minute. */
    record(address: string): void {
      const now = clock.now().getTime();
      const held = windows.get(address);
      const window = held && now - held.since < WINDOW_MS ? held : { since: now, count: 0 };
      window.count += 1;
      // Deleted first, so that the oldest entry is the first one in the map.
      windows.delete(address);
      windows.set(address, window);
      if (windows.size > MAX_ADDRESSES) {
        const oldest = windows.keys().next().value;
        if (oldest !== undefined) windows.delete(oldest);
      }
      if (window.count <= perMinute) return;
      throw new OpsError('rate_limited', 'Too many requests without a valid token.', {
        retryAfterMs: Math.max(1_000, window.since + WINDOW_MS - now),
        hint: 'Check the token; a valid one is let in at any time.',
      });
    },
  };
}
