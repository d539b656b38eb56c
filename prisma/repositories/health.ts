import type { HealthRepository } from '#domain/repositories.ts';
import { cleanJson, cleanText, isUuid } from './clean.ts';
import type { RepositoryDeps } from './deps.ts';
import { createHealthHistory } from './health-history.ts';
import { createHealthPicture } from './health-picture.ts';
import { createHealthRollUp } from './health-rollup.ts';
import { toTargetHealth, toWatchedService } from './health-rows.ts';
import { createHealthWatched } from './health-watched.ts';
import { createHealthWrite } from './health-write.ts';
import { createPlacedServices } from './placed-services.ts';

export function createHealth(deps: RepositoryDeps): HealthRepository {
  const { prisma, clock } = deps;
  return {
    ...createHealthWatched(deps),
    ...createHealthWrite(deps),
    ...createHealthPicture(deps),
    ...createHealthHistory(deps),
    ...createHealthRollUp(deps),

    async target(serverId) {
      const row = isUuid(serverId)
        ? await prisma.serverHealth.findUnique({ where: { serverId } })
        : null;
      return row && toTargetHealth(row);
    },

    setServices: (serverId, services) =>
      prisma.$transaction(async (tx) => {
        const names = services.map((service) => cleanText(service.name));
        // One that holds ports is still there: only nobody looks at it any more.
        const others = { serverId, name: { notIn: names } };
        await tx.service.deleteMany({ where: { ...others, ports: { none: {} } } });
        await tx.service.updateMany({ where: others, data: { checks: [] } });
        for (const { name, checks } of services) {
          const [key, value] = [cleanText(name), cleanJson(checks)];
          await tx.service.upsert({
            where: { serverId_name: { serverId, name: key } },
            create: { serverId, name: key, checks: value, createdAt: clock.now() },
            update: { checks: value },
          });
        }
      }),

    async services(serverId) {
      if (!isUuid(serverId)) return [];
      const rows = await prisma.service.findMany({ where: { serverId }, orderBy: { name: 'asc' } });
      return rows.map(toWatchedService);
    },

    ...createPlacedServices(deps),

    async witnesses() {
      const rows = await prisma.witness.findMany();
      return Object.fromEntries(rows.map((row) => [row.name, row.answeredAt]));
    },

    async witnessed(names, at) {
      await prisma.$executeRaw`
        INSERT INTO witness (name, answered_at)
        SELECT DISTINCT name, ${at}::timestamptz FROM unnest(${[...names]}::text[]) AS name
         ORDER BY name
        ON CONFLICT (name) DO UPDATE SET answered_at = excluded.answered_at`;
    },
  };
}
