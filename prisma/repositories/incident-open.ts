import { OPEN_INCIDENT_STATUSES, REOPEN_SECONDS } from '#domain/incident.ts';
import type { IncidentRepository, NewIncident } from '#domain/repositories.ts';
import { appendAudit } from './audit.ts';
import { cleanText } from './clean.ts';
import { isUniqueViolation } from './database-errors.ts';
import type { RepositoryDeps, Tx } from './deps.ts';
import { TAKES_OUT, takeOut } from './error-status.ts';
import { type IncidentRow, lockIncident, noteIncident, toIncident } from './incident-rows.ts';
import { lockServer, type ServerRow } from './server-rows.ts';

type Opened = Awaited<ReturnType<IncidentRepository['openWith']>>;

/** How incidents begin: opened, opened again, or as a note on the one that is open. */
export function createIncidentOpening({
  prisma,
  clock,
}: RepositoryDeps): Pick<IncidentRepository, 'open' | 'openWith'> {
  const begin = (input: NewIncident) =>
    prisma.$transaction(async (tx): Promise<Opened> => {
      const known = await tx.server.findUnique({
        where: { handle: input.serverHandle },
        select: { id: true },
      });
      const server = known && (await lockServer(tx, known));
      const { row, outcome } = await settle(tx, input, server);
      const text = cleanText(input.details);
      const data = { operation_id: input.operationId, status: row.status, outcome };
      await noteIncident(tx, clock, row.id, 'agent', text, data);
      if (server && outcome !== 'joined') {
        const lastIncident = outcome === 'opened' ? row.detectedAt : clock.now();
        await tx.server.update({ where: { id: server.id }, data: { lastIncident } });
      }
      if (server && TAKES_OUT.includes(input.type) && (await takeOut(tx, server))) {
        await appendAudit(tx, clock, {
          ...{ actor: 'agent', action: 'server.status', target: server.handle, operationId: null },
          data: { from: server.status, to: 'error', mover: 'agent', incident: row.id },
        });
      }
      return { incident: toIncident(row), outcome };
    });

  const settle = async (
    tx: Tx,
    input: NewIncident,
    server: ServerRow | null,
  ): Promise<{ row: IncidentRow; outcome: Opened['outcome'] }> => {
    const { type, serverHandle: target } = input;
    const open = await tx.incident.findFirst({
      where: { target, type, status: { in: [...OPEN_INCIDENT_STATUSES] } },
    });
    if (open) return { row: open, outcome: 'joined' };
    const recent = await tx.incident.findFirst({
      where: {
        ...{ target, type },
        resolvedAt: { gte: new Date(clock.now().getTime() - REOPEN_SECONDS * 1000) },
      },
      orderBy: { resolvedAt: 'desc' },
    });
    if (!recent) return { row: await create(tx, input, server), outcome: 'opened' };
    // Of two at once the second finds it open again.
    const locked = await lockIncident(tx, recent.id);
    if (!locked.resolvedAt) return { row: locked, outcome: 'joined' };
    const row = await tx.incident.update({
      where: { id: locked.id },
      data: {
        ...{ status: 'detected', resolvedAt: null, closedBy: null, closeReason: null },
        ...{ severity: input.severity, muted: input.muted ?? false, reopened: { increment: 1 } },
        // Nobody was called for this time yet; the wait for a taker begins anew.
        ...{ escalation: 0, escalatedAt: clock.now() },
        operationId: input.operationId ?? locked.operationId,
        affectedServices: await affected(tx, input, server),
      },
    });
    return { row, outcome: 'reopened' };
  };

  const create = async (tx: Tx, input: NewIncident, server: ServerRow | null) => {
    const now = clock.now();
    return tx.incident.create({
      data: {
        ...{ type: input.type, target: input.serverHandle, severity: input.severity },
        ...{ details: cleanText(input.details), serverId: server?.id ?? null },
        ...{ operationId: input.operationId, muted: input.muted ?? false },
        ...{ failedAt: input.failedAt ?? now, detectedAt: now },
        affectedServices: await affected(tx, input, server),
      },
    });
  };

  const openWith = async (input: NewIncident): Promise<Opened> => {
    try {
      return await begin(input);
    } catch (error) {
      // Another process opened it at the same moment: this one becomes a note on that.
      if (isUniqueViolation(error)) return begin(input);
      throw error;
    }
  };

  return { openWith, open: async (input) => (await openWith(input)).incident };
}

/** Those that were named, or else all that run there. */
async function affected(
  tx: Tx,
  { affectedServices }: NewIncident,
  server: ServerRow | null,
): Promise<string[]> {
  if (affectedServices) return [...affectedServices];
  if (!server) return [];
  const services = await tx.service.findMany({
    where: { serverId: server.id },
    orderBy: { name: 'asc' },
    select: { name: true },
  });
  return services.map((service) => service.name);
}
