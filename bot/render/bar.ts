import type { HealthBucket } from '#domain/repositories.ts';

const HOUR = 3_600_000;
const HOURS = 24;
const UNSEEN = '·';
/** From all bad to nearly all good; the last is for hours without a bad check alone. */
const LEVELS = ['▁', '▂', '▃', '▅', '▆', '█'] as const;

/** An hour per letter, the oldest first: its share of good checks, `·` where nothing was measured. */
export function uptimeBar(buckets: readonly HealthBucket[], now: Date): string {
  const first = Math.floor(now.getTime() / HOUR) - HOURS + 1;
  const bar = Array.from({ length: HOURS }, () => UNSEEN as string);
  for (const { from, good, bad } of buckets) {
    const at = Math.floor(from.getTime() / HOUR) - first;
    if (at < 0 || at >= HOURS || good + bad === 0) continue;
    const level = bad === 0 ? LEVELS.length - 1 : Math.floor((4.99 * good) / (good + bad));
    bar[at] = LEVELS[level] ?? UNSEEN;
  }
  return bar.join('');
}
