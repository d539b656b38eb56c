import type { FleetRepository } from '#domain/repositories.ts';
import type { RepositoryDeps } from './deps.ts';

export function createFleet({ prisma }: RepositoryDeps): FleetRepository {
  return {
    async heartbeat(now) {
      // Of several workers one sees a gap: the row is locked before the former time is read.
      const [row] = await prisma.$queryRaw<{ before: Date | null }[]>`
        WITH former AS (SELECT heartbeat_at FROM fleet_state WHERE id = 1 FOR NO KEY UPDATE)
        UPDATE fleet_state SET heartbeat_at = greatest(former.heartbeat_at, ${now}::timestamptz)
          FROM former WHERE id = 1
        RETURNING former.heartbeat_at AS before`;
      return row?.before ?? null;
    },
  };
}
