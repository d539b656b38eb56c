import { OpsError } from '#domain/errors.ts';
import { type Incident, OPEN_INCIDENT_STATUSES } from '#domain/incident.ts';
import type { IncidentRepository } from '#domain/repositories.ts';
import type { Prisma } from '#generated/prisma/client.ts';
import { appendAudit } from './audit.ts';
import { cleanText, isUuid } from './clean.ts';
import type { RepositoryDeps, Tx } from './deps.ts';
import { bringBack, TAKES_OUT } from './error-status.ts';
import { createIncidentOpening } from './incident-open.ts';
import { type IncidentRow, lockIncident, noteIncident, toIncident } from './incident-rows.ts';
import { lockServer, type ServerRow } from './server-rows.ts';

type Patch = Parameters<IncidentRepository['update']>[1];

/** `serverHandle` names a server, or else what is in trouble: a provider account, the platform. */
export function createIncidents(deps: RepositoryDeps): IncidentRepository {
  const { prisma, clock } = deps;

  const change = async (tx: Tx, row: IncidentRow, patch: Patch, by: string): Promise<Incident> => {
    const { status, takenBy } = patch;
    // What the ladder gave up on may still be put right by hand.
    const open = row.status === 'detected' || row.status === 'recovering';
    const endable = open || (row.status === 'failed' && status === 'resolved');
    const ends = status === 'resolved' || status === 'failed';
    if (!endable && status !== undefined && status !== row.status) throw closed(row);
    const changed = await tx.incident.update({
      where: { id: row.id },
      data: {
        ...patch,
        ...(patch.details === undefined ? {} : { details: cleanText(patch.details) }),
        ...(takenBy === undefined ? {} : { takenAt: clock.now() }),
        ...(endable && ends && status !== row.status
          ? { resolvedAt: clock.now(), closedBy: patch.closedBy ?? by }
          : {}),
        ...(status === 'recovering' && row.status !== 'recovering'
          ? { recoveryAttempts: { increment: 1 } }
          : {}),
      },
    });
    const text = patch.closeReason ?? patch.details ?? (takenBy ? `Taken by ${takenBy}` : '');
    await noteIncident(tx, clock, row.id, by, text || `Now ${changed.status}`, { ...patch });
    return toIncident(changed);
  };

  const comeBack = async (tx: Tx, server: ServerRow, by: string) => {
    const to = await bringBack(tx, server);
    if (!to) return;
    await appendAudit(tx, clock, {
      ...{ actor: by, action: 'server.status', target: server.handle, operationId: null },
      data: { from: 'error', to, mover: 'agent', why: 'came back without provisioning' },
    });
  };

  return {
    ...createIncidentOpening(deps),

    async find(id) {
      const row = isUuid(id) ? await prisma.incident.findUnique({ where: { id } }) : null;
      return row && toIncident(row);
    },

    async list({ status, serverHandle, type, since }, { offset, limit }, order = 'newest') {
      const where: Prisma.IncidentWhereInput = {
        ...(status === undefined ? {} : { status: { in: [...status] } }),
        ...(serverHandle === undefined ? {} : { target: serverHandle }),
        ...(type === undefined ? {} : { type }),
        ...(since === undefined ? {} : { detectedAt: { gte: since } }),
      };
      const [rows, total] = await prisma.$transaction([
        prisma.incident.findMany({
          where,
          // The enum stands in the order of its weight.
          orderBy: [
            ...(order === 'worst' ? ([{ muted: 'asc' }, { severity: 'desc' }] as const) : []),
            { detectedAt: 'desc' },
            { id: 'desc' },
          ],
          skip: offset,
          take: limit,
        }),
        prisma.incident.count({ where }),
      ]);
      return { items: rows.map(toIncident), total };
    },

    async countOpen() {
      const groups = await prisma.incident.groupBy({
        by: ['severity'],
        where: { status: { in: [...OPEN_INCIDENT_STATUSES] } },
        _count: { _all: true },
      });
      return Object.fromEntries(groups.map(({ severity, _count }) => [severity, _count._all]));
    },

    update: (id, patch, by) =>
      prisma.$transaction(async (tx) => {
        const server = await serverOfIncident(tx, id);
        const changed = await change(tx, await lockIncident(tx, id), patch, by);
        if (server && patch.status === 'resolved') await comeBack(tx, server, by);
        return changed;
      }),

    resolve: (serverHandle, types, reason) =>
      prisma.$transaction(async (tx) => {
        const known = await tx.server.findUnique({ where: { handle: serverHandle } });
        const server = known && (await lockServer(tx, { id: known.id }));
        const rows = await tx.incident.findMany({
          where: {
            ...{ target: serverHandle, type: { in: [...types] } },
            status: { in: [...OPEN_INCIDENT_STATUSES] },
          },
          orderBy: { detectedAt: 'asc' },
        });
        const resolved: Incident[] = [];
        for (const { id } of rows) {
          const row = await lockIncident(tx, id);
          if (row.resolvedAt) continue;
          const patch = { status: 'resolved', closedBy: 'agent', closeReason: reason } as const;
          resolved.push(await change(tx, row, patch, 'agent'));
        }
        if (server && types.some((type) => TAKES_OUT.includes(type))) {
          await comeBack(tx, server, 'agent');
        }
        return resolved;
      }),

    addEvent: (id, { actor, text, data }) =>
      prisma.$transaction(async (tx) => {
        const { id: known } = await lockIncident(tx, id);
        await noteIncident(tx, clock, known, actor, text, data);
      }),

    async events(id) {
      if (!isUuid(id)) return [];
      const rows = await prisma.incidentEvent.findMany({
        where: { incidentId: id },
        orderBy: { seq: 'asc' },
      });
      return rows.map(({ data, seq: _, incidentId: __, ...event }) => ({
        ...event,
        data: data as Record<string, unknown>,
      }));
    },
  };
}

/** Its server, locked before the incident itself, as everywhere. */
async function serverOfIncident(tx: Tx, id: string): Promise<ServerRow | null> {
  const row = isUuid(id) ? await tx.incident.findUnique({ where: { id } }) : null;
  return row?.serverId ? lockServer(tx, { id: row.serverId }) : null;
}

const closed = (row: IncidentRow) =>
  new OpsError('illegal_transition', `The incident is ${row.status} and stays so.`, {
    hint: 'When the trouble is back, it is opened again, or a new incident is.',
    details: { from: row.status, legal: row.status === 'failed' ? ['resolved'] : [] },
  });
