import type { Expectations } from '#domain/health/report.ts';
import type { WatchedServer } from '#domain/health/target.ts';
import type { HealthRepository } from '#domain/repositories.ts';
import {
  type Care,
  Prisma,
  type RecoveryMode,
  type ServerStatus,
} from '#generated/prisma/client.ts';
import type { RepositoryDeps } from './deps.ts';
import { expectationsByGroup, type HealthJson, healthOf, toWatchedService } from './health-rows.ts';
import { coveredAt } from './maintenance-cover.ts';

interface Row {
  readonly id: string;
  readonly handle: string;
  readonly status: ServerStatus;
  readonly care: Care;
  readonly hands_off: boolean;
  readonly mode: RecoveryMode;
  readonly group: string;
  readonly labels: Record<string, string>;
  readonly account: string;
  readonly region: string | null;
  readonly address: string | null;
  readonly port: number;
  readonly jump_host: string | null;
  readonly has_login: boolean;
  readonly expectations: unknown;
  readonly services: readonly { id: string; name: string; checks: unknown }[];
  readonly covered: boolean;
  readonly busy: boolean;
  readonly incidents: Record<string, string>;
  readonly health: HealthJson | null;
}

interface RowSince extends Row {
  readonly digest: string;
}
/** All there is of a shard that is empty, or as it was. */
interface NoRowSince {
  readonly digest: string;
  readonly id: null;
}

/** Servers that are looked at in the ordinary way; `s` is the server. */
export const IN_SWEEP = Prisma.sql`s.care <> 'none' AND s.status IN ('ready', 'in_use', 'error', 'maintenance')`;

/**
 * A shard's servers with all that a check and its verdict need, but their condition. The last digits
 * of a UUID are random in every version of it that we make.
 */
const shardAt = (shard: number, shards: number, now: Date) => Prisma.sql`
  SELECT s.id, s.handle, s.status, s.care, s.hands_off, g.name AS group, s.labels,
         coalesce(s.mode, g.mode) AS mode,
         a.name AS account, s.region, c.port, j.handle AS jump_host, g.expectations,
         CASE c.family WHEN 'ipv6' THEN c.ipv6 ELSE c.ipv4 END AS address,
         EXISTS (SELECT FROM credential k
                  WHERE k.server_id = s.id AND k.superseded_at IS NULL
                    AND (k.kind = 'root_password'
                         OR k.kind = 'ssh_key' AND k.verified_at IS NOT NULL)) AS has_login,
         coalesce((SELECT jsonb_agg(jsonb_build_object('id', v.id, 'name', v.name,
                                    'checks', v.checks) ORDER BY v.name)
                     FROM service v WHERE v.server_id = s.id), '[]') AS services,
         s.status = 'maintenance' OR ${coveredAt(now)} AS covered,
         EXISTS (SELECT FROM operation o WHERE o.server_id = s.id
                    AND o.status IN ('queued', 'running', 'waiting')) AS busy,
         coalesce(i.open, '{}') AS incidents
    FROM server s
    JOIN server_group g ON g.id = s.group_id
    JOIN provider_account a ON a.id = s.provider_account_id
    JOIN server_connection c ON c.server_id = s.id
    LEFT JOIN server j ON j.id = c.jump_server_id
    LEFT JOIN (SELECT server_id, jsonb_object_agg(type, id) AS open FROM incident
                WHERE status IN ('detected', 'recovering') AND server_id IS NOT NULL
                GROUP BY server_id) i ON i.server_id = s.id
   WHERE ('x' || right(s.id::text, 8))::bit(32)::bigint % ${shards}::int = ${shard}::int
     AND (${IN_SWEEP} OR i.open IS NOT NULL AND s.care <> 'none'
                         AND s.status NOT IN ('reserved', 'decommissioned'))`;

/** Each in one query: what belongs together is of one moment. */
export function createHealthWatched({
  prisma,
  clock,
}: RepositoryDeps): Pick<HealthRepository, 'watched' | 'watchedSince'> {
  return {
    async watched(shard, shards) {
      const rows = await prisma.$queryRaw<Row[]>`
        SELECT w.*, to_jsonb(h) AS health FROM (${shardAt(shard, shards, clock.now())}) w
          LEFT JOIN server_health h ON h.server_id = w.id
         ORDER BY w.id`;
      return toAllWatched(rows);
    },

    async watchedSince(shard, shards, known) {
      const rows = await prisma.$queryRaw<(RowSince | NoRowSince)[]>`
        WITH shard AS MATERIALIZED (${shardAt(shard, shards, clock.now())}),
        whole AS (SELECT md5(coalesce(string_agg(w::text, '' ORDER BY w.id), '')) AS digest FROM shard w)
        SELECT d.digest, w.*, NULL AS health FROM whole d
          LEFT JOIN shard w ON d.digest IS DISTINCT FROM ${known}
         ORDER BY w.id`;
      const digest = rows[0]?.digest ?? '';
      if (digest === known) return null;
      return { digest, servers: toAllWatched(rows.filter((row) => row.id !== null)) };
    },
  };
}

function toAllWatched(rows: readonly Row[]): WatchedServer[] {
  const expectations = expectationsByGroup();
  return rows.map((row) => toWatched(row, expectations(row.group, row.expectations)));
}

const toWatched = (row: Row, expectations: Expectations): WatchedServer => ({
  ...{ id: row.id, handle: row.handle, status: row.status, care: row.care },
  ...{
    handsOff: row.hands_off,
    mode: row.mode,
    group: row.group,
    labels: row.labels,
    expectations,
  },
  ...{ providerAccount: row.account, region: row.region, address: row.address },
  ...{ port: row.port, jumpHost: row.jump_host, hasLogin: row.has_login },
  services: row.services.map(toWatchedService),
  ...{ underMaintenance: row.covered, busy: row.busy, openIncidents: row.incidents },
  health: row.health && healthOf(row.health),
});
