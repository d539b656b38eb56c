import type { HealthRepository } from '#domain/repositories.ts';
import { flatJson } from './clean.ts';
import type { RepositoryDeps } from './deps.ts';

/**
 * A batch of checks: three statements in one transaction, whatever its size, so that it neither
 * takes long nor leaves a half. The rows go in as one JSON text, which costs this process a third of
 * what arrays cost. A server that is gone meanwhile is left out.
 */
export function createHealthWrite({ prisma }: RepositoryDeps): Pick<HealthRepository, 'write'> {
  return {
    async write(rows) {
      if (rows.length === 0) return;
      // The last word on a server counts, should a batch hold two.
      const healths = [...new Map(rows.map((row) => [row.health.serverId, row.health])).values()];
      const seen = healths.map(({ serverId, lastCheckAt }) => ({ serverId, lastCheckAt }));
      const conditions = flatJson(healths);
      const samples = flatJson(rows.map((row) => row.sample));
      await prisma.$transaction([
        // In the order of ids: two batches never wait for each other crosswise.
        prisma.$executeRaw`
          INSERT INTO server_health (server_id, state, since, missing_since, misses, goods,
                 fresh_goods, recent, flapping, checks, last_check_at, last_good_at, report,
                 latency_ms, boot_id)
          SELECT v.* FROM json_to_recordset(${conditions}::json) AS v (
                   "serverId" uuid, state health_state, since timestamptz, "missingSince" timestamptz,
                   misses int, goods int, "freshGoods" int, recent text, flapping bool, checks int,
                   "lastCheckAt" timestamptz, "lastGoodAt" timestamptz, report jsonb,
                   "latencyMs" real, "bootId" text)
            JOIN server s ON s.id = v."serverId" ORDER BY s.id
          ON CONFLICT (server_id) DO UPDATE SET
            state = excluded.state, since = excluded.since, missing_since = excluded.missing_since,
            misses = excluded.misses, goods = excluded.goods, fresh_goods = excluded.fresh_goods,
            recent = excluded.recent, flapping = excluded.flapping, checks = excluded.checks,
            last_check_at = excluded.last_check_at, last_good_at = excluded.last_good_at,
            report = excluded.report, latency_ms = excluded.latency_ms, boot_id = excluded.boot_id`,
        prisma.$executeRaw`
          INSERT INTO health_sample (server_id, at, state, latency_ms, disk_percent,
                 memory_percent, load_percent)
          SELECT * FROM json_to_recordset(${samples}::json) AS v (
                   "serverId" uuid, at timestamptz, state health_state, "latencyMs" real,
                   "diskPercent" real, "memoryPercent" real, "loadPercent" real)
          ON CONFLICT DO NOTHING`,
        // Rows that others are at are left to the next batch: this waits for nobody.
        prisma.$executeRaw`
          UPDATE server SET last_health_check = t.at
            FROM (SELECT s.id, v."lastCheckAt" AS at
                    FROM json_to_recordset(${flatJson(seen)}::json)
                      AS v ("serverId" uuid, "lastCheckAt" timestamptz)
                    JOIN server s ON s.id = v."serverId"
                   WHERE v."lastCheckAt" IS NOT NULL FOR NO KEY UPDATE OF s SKIP LOCKED) t
           WHERE server.id = t.id`,
      ]);
    },
  };
}
