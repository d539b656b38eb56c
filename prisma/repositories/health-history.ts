import type { HealthBucket, HealthRepository } from '#domain/repositories.ts';
import { Prisma } from '#generated/prisma/client.ts';
import { isUuid } from './clean.ts';
import type { RepositoryDeps } from './deps.ts';

const DAY = 86_400_000;

interface Row {
  readonly from: Date;
  readonly checks: number;
  readonly good: number;
  readonly bad: number;
  readonly unknown: number;
  readonly avg: number | null;
  readonly max: number | null;
}

/** Counts of a set of samples: ok and degraded are good, failed is bad. */
export const COUNTS = Prisma.sql`count(*)::int AS checks,
  count(*) FILTER (WHERE state IN ('ok', 'degraded'))::int AS good,
  count(*) FILTER (WHERE state = 'failed')::int AS bad,
  count(*) FILTER (WHERE state = 'unknown')::int AS unknown,
  count(latency_ms)::int AS answered, coalesce(sum(latency_ms::float8), 0) AS latency_sum,
  max(latency_ms) AS latency_max`;

/** The same, of rows that are counts themselves. */
export const SUMS = Prisma.sql`sum(checks)::int AS checks, sum(good)::int AS good,
  sum(bad)::int AS bad, sum(unknown)::int AS unknown, sum(answered)::int AS answered,
  sum(latency_sum) AS latency_sum, max(latency_max) AS latency_max`;

/** What was measured; the hour and the day under way, not rolled up yet, are counted as they are. */
export function createHealthHistory({
  prisma,
  clock,
}: RepositoryDeps): Pick<HealthRepository, 'history' | 'uptimePercent'> {
  /** Counts by hour: rolled up as far as that goes, from the samples after that. */
  const hours = (serverId: string, from: Date, until: Date) => Prisma.sql`
    rolled AS (SELECT coalesce(max(hour) + interval '1 hour', '-infinity') AS until FROM health_hour
                WHERE server_id = ${serverId}::uuid AND hour < ${clock.now()}::timestamptz),
    hours AS (
      SELECT hour, checks, good, bad, unknown, answered, latency_sum, latency_max FROM health_hour
       WHERE server_id = ${serverId}::uuid AND hour >= ${from}::timestamptz
         AND hour < least(${until}::timestamptz, (SELECT until FROM rolled))
      UNION ALL
      SELECT date_trunc('hour', at, 'UTC'), ${COUNTS} FROM health_sample
       WHERE server_id = ${serverId}::uuid AND at < ${until}::timestamptz
         AND at >= ${from}::timestamptz AND at >= (SELECT until FROM rolled) GROUP BY 1)`;

  /** The same by day. */
  const days = (serverId: string, from: Date, until: Date) => Prisma.sql`
    ${hours(serverId, from, until)},
    whole AS (SELECT coalesce(max(day) + interval '1 day', '-infinity') AS until FROM health_day
               WHERE server_id = ${serverId}::uuid AND day < ${clock.now()}::timestamptz),
    days AS (
      SELECT day, checks, good, bad, unknown, answered, latency_sum, latency_max FROM health_day
       WHERE server_id = ${serverId}::uuid AND day >= ${from}::timestamptz
         AND day < least(${until}::timestamptz, (SELECT until FROM whole))
      UNION ALL
      SELECT date_trunc('day', hour, 'UTC'), ${SUMS} FROM hours
       WHERE hour >= (SELECT until FROM whole) GROUP BY 1)`;

  const buckets = (query: Prisma.Sql) => prisma.$queryRaw<Row[]>(query);
  const columns = Prisma.sql`checks, good, bad, unknown,
    latency_sum / nullif(answered, 0) AS avg, latency_max::float8 AS max`;

  return {
    async history(serverId, { from, until, by }) {
      if (!isUuid(serverId)) return [];
      const rows =
        by === 'check'
          ? await buckets(Prisma.sql`
              WITH one AS (SELECT at, ${COUNTS} FROM health_sample
                            WHERE server_id = ${serverId}::uuid AND at >= ${from}::timestamptz
                              AND at < ${until}::timestamptz GROUP BY at)
              SELECT at AS "from", ${columns} FROM one ORDER BY at`)
          : by === 'hour'
            ? await buckets(Prisma.sql`WITH ${hours(serverId, from, until)}
                SELECT hour AS "from", ${columns} FROM hours ORDER BY hour`)
            : await buckets(Prisma.sql`WITH ${days(serverId, from, until)}
                SELECT day AS "from", ${columns} FROM days ORDER BY day`);
      return rows.map(toBucket);
    },

    async uptimePercent(serverId, since) {
      if (!isUuid(serverId)) return null;
      // Whole days may reach back further than the hours are kept; the first day's part is theirs.
      const day = new Date(Math.ceil(since.getTime() / DAY) * DAY);
      const end = new Date(clock.now().getTime() + DAY);
      const [row] = await prisma.$queryRaw<{ good: number; bad: number }[]>`
        WITH ${days(serverId, day, end)},
        first AS (SELECT state FROM health_sample WHERE server_id = ${serverId}::uuid
                   AND at >= ${since}::timestamptz AND at < ${day}::timestamptz)
        SELECT (coalesce((SELECT sum(good) FROM days), 0)
                + (SELECT count(*) FROM first WHERE state IN ('ok', 'degraded')))::int AS good,
               (coalesce((SELECT sum(bad) FROM days), 0)
                + (SELECT count(*) FROM first WHERE state = 'failed'))::int AS bad`;
      const { good = 0, bad = 0 } = row ?? {};
      return good + bad === 0 ? null : (100 * good) / (good + bad);
    },
  };
}

const toBucket = ({ avg, max, ...row }: Row): HealthBucket => ({
  ...row,
  latencyMs: avg === null || max === null ? null : { avg, max },
});
