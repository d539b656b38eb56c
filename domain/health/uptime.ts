import type { HealthRepository } from '../repositories.ts';

const DAY = 86_400_000;

/** Good checks among good and bad ones, 0 to 100; null where nothing was measured. */
export interface Uptime {
  readonly day: number | null;
  readonly week: number | null;
  readonly month: number | null;
}

/** Over the last 24 hours, 7 days and 30 days. */
export async function uptimeOf(
  health: Pick<HealthRepository, 'uptimePercent'>,
  serverId: string,
  now: Date,
): Promise<Uptime> {
  const since = (days: number) =>
    health.uptimePercent(serverId, new Date(now.getTime() - days * DAY));
  const [day, week, month] = await Promise.all([since(1), since(7), since(30)]);
  return { day, week, month };
}

/** Two digits, rounded down: 99.999 is not all of the time. */
export const floorPercent = (percent: number): number => Math.floor(percent * 100) / 100;
