import type { HealthRepository } from '#domain/repositories.ts';
import type { RepositoryDeps, Tx } from './deps.ts';
import { COUNTS, SUMS } from './health-history.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** What one transaction sums up. */
const PIECE = 6 * HOUR;
/** Partitions are there before their day begins, also when nobody rolls up for a while. */
const AHEAD_DAYS = 3;
/** Advisory lock, held for a transaction: who finds it taken leaves the rest to its holder. */
const LOCK = 0x7a61_7568;

/** Hours from samples, days from hours; then what has been kept long enough goes. Days are UTC's. */
export function createHealthRollUp({ prisma }: RepositoryDeps): Pick<HealthRepository, 'rollUp'> {
  const alone = (work: (tx: Tx) => Promise<void>): Promise<boolean> =>
    prisma.$transaction(
      async (tx) => {
        const [lock] = await tx.$queryRaw<{ held: boolean }[]>`
          SELECT pg_try_advisory_xact_lock(${LOCK}::bigint) AS held`;
        if (lock?.held !== true) return false;
        await work(tx);
        return true;
      },
      { timeout: 120_000 },
    );
  /** Where to go on: shortly before where it ended, as samples may have come late. */
  const edge = async (now: Date, samplesDays: number): Promise<number> => {
    const [row] = await prisma.$queryRaw<{ at: Date | null }[]>`
      SELECT coalesce((SELECT max(hour) - interval '2 hours' FROM health_hour
                        WHERE hour < ${now}::timestamptz),
                      (SELECT min(at) FROM health_sample)) AS at`;
    const oldest = midnight(now).getTime() - (samplesDays + 1) * DAY;
    return Math.max(oldest, startOfHour(row?.at ?? now));
  };

  return {
    async rollUp(now, keep) {
      const until = startOfHour(now);
      // In pieces: after a long pause all at once would take too long.
      for (let at = await edge(now, keep.samplesDays); at < until; at += PIECE) {
        const [from, to] = [new Date(at), new Date(Math.min(at + PIECE, until))];
        if (!(await alone((tx) => sumHours(tx, from, to)))) return;
      }
      // Each after the one before, by the same hand: two that took turns could each leave out
      // what the other had left to them, or forget what was not summed up yet.
      for (const work of [sumDays, makePartitions, forget]) {
        if (!(await alone((tx) => work(tx, now, keep)))) return;
      }
    },
  };
}

async function sumHours(tx: Tx, from: Date, until: Date): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO health_hour (hour, server_id, checks, good, bad, unknown, answered, latency_sum, latency_max)
    SELECT date_trunc('hour', at, 'UTC'), server_id, ${COUNTS} FROM health_sample
     WHERE at >= ${from}::timestamptz AND at < ${until}::timestamptz GROUP BY 1, 2
    ON CONFLICT (server_id, hour) DO UPDATE SET checks = excluded.checks, good = excluded.good,
      bad = excluded.bad, unknown = excluded.unknown, answered = excluded.answered,
      latency_sum = excluded.latency_sum, latency_max = excluded.latency_max`;
}

/** Finished days, the last one again. */
async function sumDays(tx: Tx, now: Date): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO health_day (day, server_id, checks, good, bad, unknown, answered, latency_sum, latency_max)
    SELECT date_trunc('day', hour, 'UTC'), server_id, ${SUMS} FROM health_hour
     WHERE hour < date_trunc('day', ${now}::timestamptz, 'UTC')
       AND hour >= coalesce((SELECT max(day) FROM health_day WHERE day < ${now}::timestamptz), '-infinity')
     GROUP BY 1, 2
    ON CONFLICT (server_id, day) DO UPDATE SET checks = excluded.checks, good = excluded.good,
      bad = excluded.bad, unknown = excluded.unknown, answered = excluded.answered,
      latency_sum = excluded.latency_sum, latency_max = excluded.latency_max`;
}

const startOfHour = (at: Date) => Math.floor(at.getTime() / HOUR) * HOUR;
const midnight = (at: Date) => new Date(Math.floor(at.getTime() / DAY) * DAY);
const nameOf = (day: Date) => `health_sample_${day.toISOString().slice(0, 10).replaceAll('-', '')}`;

/** One for each of the next days, and for each day that lies in the default partition. */
async function makePartitions(tx: Tx, now: Date): Promise<void> {
  const ahead = Array.from(
    { length: AHEAD_DAYS + 1 },
    (_, i) => new Date(midnight(now).getTime() + i * DAY),
  );
  const strays = await tx.$queryRaw<{ day: Date }[]>`
    SELECT DISTINCT date_trunc('day', at, 'UTC') AS day FROM health_sample_default`;
  const there = new Set((await partitions(tx)).map((partition) => partition.name));
  const days = new Map([...ahead, ...strays.map((row) => row.day)].map((day) => [+day, day]));
  const missing = [...days.values()].filter((day) => !there.has(nameOf(day)));
  if (missing.length === 0) return;
  // Moving what has gathered for days may take its time.
  await tx.$executeRawUnsafe('SET LOCAL statement_timeout = 110000');
  // New samples wait: one that was on its way to the default partition would be refused there.
  await tx.$executeRawUnsafe('LOCK TABLE ONLY health_sample IN SHARE ROW EXCLUSIVE MODE');
  for (const day of missing) {
    const [name, from] = [nameOf(day), day.toISOString()];
    const until = new Date(day.getTime() + DAY).toISOString();
    const range = `at >= '${from}' AND at < '${until}'`;
    await tx.$executeRawUnsafe(`CREATE TABLE ${name} (LIKE health_sample INCLUDING ALL)`);
    await tx.$executeRawUnsafe(
      `WITH moved AS (DELETE FROM health_sample_default WHERE ${range} RETURNING *)
       INSERT INTO ${name} SELECT * FROM moved`,
    );
    await tx.$executeRawUnsafe(
      `ALTER TABLE health_sample ATTACH PARTITION ${name} FOR VALUES FROM ('${from}') TO ('${until}')`,
    );
  }
}

/** Partitions of a day, with its beginning. */
async function partitions(tx: Tx): Promise<readonly { name: string; day: Date }[]> {
  const rows = await tx.$queryRaw<{ name: string }[]>`
    SELECT c.relname::text AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
     WHERE i.inhparent = 'health_sample'::regclass AND c.relname ~ '^health_sample_[0-9]{8}$'`;
  return rows.map(({ name }) => {
    const [, year, month, day] = /(\d{4})(\d\d)(\d\d)$/.exec(name) ?? [];
    return { name, day: new Date(`${year}-${month}-${day}T00:00:00Z`) };
  });
}

async function forget(
  tx: Tx,
  now: Date,
  keep: Parameters<HealthRepository['rollUp']>[1],
): Promise<void> {
  const before = (days: number) => new Date(midnight(now).getTime() - days * DAY);
  for (const { name, day } of await partitions(tx)) {
    if (day < before(keep.samplesDays)) await tx.$executeRawUnsafe(`DROP TABLE ${name}`);
  }
  await tx.$executeRaw`DELETE FROM health_hour WHERE hour < ${before(keep.hoursDays)}::timestamptz`;
  await tx.$executeRaw`DELETE FROM health_day WHERE day < ${before(keep.daysDays)}::timestamptz`;
}
