import { OpsError } from '#domain/errors.ts';
import { type Incident, type IncidentType, OPEN_INCIDENT_STATUSES } from '#domain/incident.ts';
import type { IncidentRepository } from '#domain/repositories.ts';
import type { Prisma, Incident as Row } from '#generated/prisma/client.ts';
import { cleanText, isUuid } from './clean.ts';
import { isUniqueViolation } from './database-errors.ts';
import type { RepositoryDeps, Tx } from './deps.ts';

type NewIncident = Parameters<IncidentRepository['open']>[0];
type Patch = Parameters<IncidentRepository['update']>[1];

const open = { in: [...OPEN_INCIDENT_STATUSES] };

/** `serverHandle` names a server, or else what is in trouble: a provider account, the platform. */
export function createIncidents({ prisma, clock }: RepositoryDeps): IncidentRepository {
  const begin = (input: NewIncident) =>
    prisma.$transaction(async (tx) => {
      const { type, serverHandle: target, severity } = input;
      const details = cleanText(input.details);
      const before = await tx.incident.findFirst({ where: { target, type, status: open } });
      if (before) {
        await note(tx, before.id, 'agent', details, { operation_id: input.operationId });
        return toIncident(before);
      }
      const server = await tx.server.findUnique({
        where: { handle: target },
        select: { id: true },
      });
      const now = clock.now();
      const row = await tx.incident.create({
        data: {
          ...{ type, target, severity, details, detectedAt: now, serverId: server?.id ?? null },
          operationId: input.operationId,
        },
      });
      await note(tx, row.id, 'agent', details, { status: 'detected' });
      if (server) await tx.server.update({ where: server, data: { lastIncident: now } });
      return toIncident(row);
    });

  const change = async (tx: Tx, row: Row, patch: Patch, by: string): Promise<Incident> => {
    const isOpen = row.status === 'detected' || row.status === 'recovering';
    const { status, takenBy } = patch;
    const ends = status === 'resolved' || status === 'failed';
    if (!isOpen && status !== undefined && status !== row.status) throw closed(row);
    const changed = await tx.incident.update({
      where: { id: row.id },
      data: {
        ...patch,
        ...(patch.details === undefined ? {} : { details: cleanText(patch.details) }),
        ...(takenBy === undefined ? {} : { takenAt: clock.now() }),
        ...(isOpen && ends ? { resolvedAt: clock.now(), closedBy: patch.closedBy ?? by } : {}),
        ...(status === 'recovering' && row.status !== 'recovering'
          ? { recoveryAttempts: { increment: 1 } }
          : {}),
      },
    });
    const text = patch.closeReason ?? patch.details ?? (takenBy ? `Taken by ${takenBy}` : '');
    await note(tx, row.id, by, text || `Now ${changed.status}`, { ...patch });
    return toIncident(changed);
  };

  return {
    async open(input) {
      try {
        return await begin(input);
      } catch (error) {
        // Another process opened it at the same moment: this one becomes a note on that.
        if (isUniqueViolation(error)) return begin(input);
        throw error;
      }
    },

    async find(id) {
      const row = isUuid(id) ? await prisma.incident.findUnique({ where: { id } }) : null;
      return row && toIncident(row);
    },

    async list({ status, serverHandle, type }, { offset, limit }) {
      const where: Prisma.IncidentWhereInput = {
        ...(status === undefined ? {} : { status: { in: [...status] } }),
        ...(serverHandle === undefined ? {} : { target: serverHandle }),
        ...(type === undefined ? {} : { type }),
      };
      const [rows, total] = await prisma.$transaction([
        prisma.incident.findMany({
          where,
          orderBy: [{ detectedAt: 'desc' }, { id: 'desc' }],
          skip: offset,
          take: limit,
        }),
        prisma.incident.count({ where }),
      ]);
      return { items: rows.map(toIncident), total };
    },

    update: (id, patch, by) =>
      prisma.$transaction(async (tx) => change(tx, await lockIncident(tx, id), patch, by)),

    resolve: (serverHandle, types, reason) =>
      prisma.$transaction(async (tx) => {
        const rows = await tx.incident.findMany({
          where: { target: serverHandle, type: { in: [...types] }, status: open },
          orderBy: { detectedAt: 'asc' },
        });
        const resolved: Incident[] = [];
        for (const { id } of rows) {
          const row = await lockIncident(tx, id);
          if (row.resolvedAt) continue;
          const patch = { status: 'resolved', closedBy: 'agent', closeReason: reason } as const;
          resolved.push(await change(tx, row, patch, 'agent'));
        }
        return resolved;
      }),
  };
}

async function lockIncident(tx: Tx, id: string): Promise<Row> {
  if (isUuid(id))
    await tx.$queryRaw`SELECT id FROM incident WHERE id = ${id}::uuid FOR NO KEY UPDATE`;
  const row = isUuid(id) ? await tx.incident.findUnique({ where: { id } }) : null;
  if (!row) throw new OpsError('not_found', `There is no incident ${id}.`);
  return row;
}

const note = (tx: Tx, incidentId: string, actor: string, text: string, data: Prisma.JsonObject) =>
  tx.incidentEvent.create({ data: { incidentId, actor, text, data } });

const closed = (row: Row) =>
  new OpsError('illegal_transition', `The incident is ${row.status} and stays so.`, {
    hint: 'When the trouble is back, a new incident opens.',
    details: { from: row.status, legal: [] },
  });

const toIncident = ({ target, serverId: _, type, ...row }: Row): Incident => ({
  ...row,
  type: type as IncidentType,
  serverHandle: target,
});
