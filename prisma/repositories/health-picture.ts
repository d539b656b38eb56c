import type { FleetPicture } from '#domain/fleet.ts';
import type { HealthRepository } from '#domain/repositories.ts';
import type { RepositoryDeps } from './deps.ts';
import { IN_SWEEP } from './health-watched.ts';
import { coveredAt } from './maintenance-cover.ts';

type Row = { [K in keyof FleetPicture]: FleetPicture[K] | null };

/**
 * The fleet as the rule of mass failure sees it. What is under maintenance is meant to fail: it
 * counts neither as checked nor as failing.
 */
export function createHealthPicture({
  prisma,
  clock,
}: RepositoryDeps): Pick<HealthRepository, 'picture'> {
  return {
    async picture(since) {
      const [row] = await prisma.$queryRaw<Row[]>`
        WITH checked AS (
          SELECT s.handle, a.provider, a.name AS account, s.region,
                 h.missing_since >= ${since}::timestamptz AS failing,
                 CASE WHEN c.family = 'ipv4' THEN network(set_masklen(c.ipv4::inet, 24))::text
                      -- inet knows no zones (fe80::1%eth0)
                      WHEN strpos(c.ipv6, '%') = 0 THEN network(set_masklen(c.ipv6::inet, 64))::text
                 END AS subnet
            FROM server s
            JOIN server_group g ON g.id = s.group_id
            JOIN provider_account a ON a.id = s.provider_account_id
            JOIN server_connection c ON c.server_id = s.id
            LEFT JOIN server_health h ON h.server_id = s.id
           WHERE ${IN_SWEEP} AND s.status <> 'maintenance' AND NOT ${coveredAt(clock.now())}
        ), counted AS (
          SELECT 'account' AS what, account AS name, count(*) AS n FROM checked GROUP BY account
          UNION ALL SELECT 'provider', provider, count(*) FROM checked GROUP BY provider
          UNION ALL SELECT 'region', region, count(*) FROM checked GROUP BY region
          UNION ALL SELECT 'subnet', subnet, count(*) FROM checked GROUP BY subnet
        ), folded AS (
          SELECT what, jsonb_object_agg(name, n) AS counts
            FROM counted WHERE name IS NOT NULL GROUP BY what
        )
        SELECT (SELECT count(*)::int FROM checked) AS total,
               (SELECT counts FROM folded WHERE what = 'provider') AS "byProvider",
               (SELECT counts FROM folded WHERE what = 'account') AS "byAccount",
               (SELECT counts FROM folded WHERE what = 'region') AS "byRegion",
               (SELECT counts FROM folded WHERE what = 'subnet') AS "bySubnet",
               (SELECT jsonb_agg(jsonb_build_object('handle', handle, 'provider', provider,
                                 'providerAccount', account,
                                 'region', region, 'subnet', subnet) ORDER BY handle)
                  FROM checked WHERE failing) AS failing`;
      return {
        ...{ total: row?.total ?? 0, byProvider: row?.byProvider ?? {} },
        byAccount: row?.byAccount ?? {},
        ...{ byRegion: row?.byRegion ?? {}, bySubnet: row?.bySubnet ?? {} },
        failing: row?.failing ?? [],
      };
    },
  };
}
