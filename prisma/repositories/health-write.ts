import type { HealthRepository } from '#domain/repositories.ts';
import { cleanText } from './clean.ts';
import type { RepositoryDeps } from './deps.ts';

/**
 * A batch of checks: three statements in one transaction, whatever its size, so that it neither
 * takes long nor leaves a half. Lists go in as arrays; each row is a place in them. A server that is
 * gone meanwhile is left out.
 */
export function createHealthWrite({ prisma }: RepositoryDeps): Pick<HealthRepository, 'write'> {
  return {
    async write(rows) {
      if (rows.length === 0) return;
      // The last word on a server counts, should a batch hold two.
      const targets = [...new Map(rows.map((row) => [row.health.serverId, row.health])).values()];
      const col = <T>(pick: (one: (typeof targets)[number]) => T) => targets.map(pick);
      const ids = col((t) => t.serverId);
      const checkedAt = col((t) => t.lastCheckAt);
      const samples = rows.map((row) => row.sample);
      const of = <T>(pick: (one: (typeof samples)[number]) => T) => samples.map(pick);
      await prisma.$transaction([
        // In the order of ids: two batches never wait for each other crosswise.
        prisma.$executeRaw`
          INSERT INTO server_health AS h (server_id, state, since, missing_since, misses, goods,
                 fresh_goods, recent, flapping, checks, last_check_at, last_good_at, report,
                 latency_ms, boot_id)
          SELECT v.* FROM unnest(
            ${ids}::uuid[], ${col((t) => t.state)}::health_state[],
            ${col((t) => t.since)}::timestamptz[], ${col((t) => t.missingSince)}::timestamptz[],
            ${col((t) => t.misses)}::int[], ${col((t) => t.goods)}::int[],
            ${col((t) => t.freshGoods)}::int[], ${col((t) => t.recent)}::text[],
            ${col((t) => t.flapping)}::bool[], ${col((t) => t.checks)}::int[],
            ${checkedAt}::timestamptz[], ${col((t) => t.lastGoodAt)}::timestamptz[],
            ${col((t) => t.report && cleanText(JSON.stringify(t.report)))}::jsonb[],
            ${col((t) => t.latencyMs)}::real[], ${col((t) => t.bootId && cleanText(t.bootId))}::text[]
          ) AS v(id) JOIN server s ON s.id = v.id ORDER BY v.id
          ON CONFLICT (server_id) DO UPDATE SET
            state = excluded.state, since = excluded.since, missing_since = excluded.missing_since,
            misses = excluded.misses, goods = excluded.goods, fresh_goods = excluded.fresh_goods,
            recent = excluded.recent, flapping = excluded.flapping, checks = excluded.checks,
            last_check_at = excluded.last_check_at, last_good_at = excluded.last_good_at,
            report = excluded.report, latency_ms = excluded.latency_ms, boot_id = excluded.boot_id`,
        prisma.$executeRaw`
          INSERT INTO health_sample (server_id, at, state, latency_ms, disk_percent,
                 memory_percent, load_percent)
          SELECT * FROM unnest(
            ${of((s) => s.serverId)}::uuid[], ${of((s) => s.at)}::timestamptz[],
            ${of((s) => s.state)}::health_state[], ${of((s) => s.latencyMs)}::real[],
            ${of((s) => s.diskPercent)}::real[], ${of((s) => s.memoryPercent)}::real[],
            ${of((s) => s.loadPercent)}::real[])
          ON CONFLICT DO NOTHING`,
        // Rows that others are at are left to the next batch: this waits for nobody.
        prisma.$executeRaw`
          UPDATE server SET last_health_check = t.at
            FROM (SELECT s.id, v.at
                    FROM unnest(${ids}::uuid[], ${checkedAt}::timestamptz[]) AS v(id, at)
                    JOIN server s ON s.id = v.id
                   WHERE v.at IS NOT NULL FOR NO KEY UPDATE OF s SKIP LOCKED) t
           WHERE server.id = t.id`,
      ]);
    },
  };
}
