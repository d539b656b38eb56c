const HOUR_MS = 3_600_000;
/** This share of an hour's messages is kept for the time when the rest is used up. */
const RESERVE = 5;

/** alone: it goes out as it is. together: with all that wait behind it. A date: not before. */
export type Turn = 'alone' | 'together' | Date;

/**
 * How the next message to a receiver goes out, by when messages went out in the last hour (oldest
 * first): never more than `limit` in any hour. The last fifth of them is spread over the hour and
 * carries several each, so that after a storm nobody waits an hour for the next word.
 */
export function turnOf(sent: readonly Date[], limit: number, now: Date): Turn {
  const reserve = Math.floor(limit / RESERVE);
  if (sent.length < limit - reserve) return 'alone';
  const leaving = sent.at(-limit);
  const room = leaving === undefined ? 0 : leaving.getTime() + HOUR_MS;
  const last = sent.at(-1)?.getTime() ?? 0;
  const spread = reserve === 0 ? 0 : last + HOUR_MS / reserve;
  const at = Math.max(room, spread);
  return at <= now.getTime() ? 'together' : new Date(at);
}
