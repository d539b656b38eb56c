import { SERVICE_INCIDENTS } from '#domain/health/service-state.ts';
import { type IncidentType, OPEN_INCIDENT_STATUSES } from '#domain/incident.ts';
import type { HealthRepository } from '#domain/repositories.ts';
import type { Prisma } from '#generated/prisma/client.ts';
import { isUuid } from './clean.ts';
import type { RepositoryDeps } from './deps.ts';
import { toWatchedService } from './health-rows.ts';

const INCLUDE = {
  server: {
    select: {
      handle: true,
      health: { select: { state: true, lastCheckAt: true } },
      incidents: {
        where: {
          status: { in: [...OPEN_INCIDENT_STATUSES] },
          type: { in: [...SERVICE_INCIDENTS] },
        },
        select: { id: true, type: true, details: true, affectedServices: true },
      },
    },
  },
} satisfies Prisma.ServiceInclude;

export const createPlacedServices = ({
  prisma,
}: RepositoryDeps): Pick<HealthRepository, 'placedServices'> => ({
  async placedServices({ serverId }, { offset, limit }) {
    if (serverId !== undefined && !isUuid(serverId)) return { items: [], total: 0 };
    const where = serverId === undefined ? {} : { serverId };
    const [rows, total] = await prisma.$transaction([
      prisma.service.findMany({
        where,
        include: INCLUDE,
        orderBy: [{ server: { handle: 'asc' } }, { name: 'asc' }],
        skip: offset,
        take: limit,
      }),
      prisma.service.count({ where }),
    ]);
    const items = rows.map(({ server, ...row }) => ({
      serverId: row.serverId,
      serverHandle: server.handle,
      service: toWatchedService(row),
      health: server.health,
      incidents: server.incidents.map((incident) => ({
        ...incident,
        type: incident.type as IncidentType,
      })),
    }));
    return { items, total };
  },
});
