import type { Accepted } from '#domain/agent.ts';
import { OpsError } from '#domain/errors.ts';
import type { OperationCommand } from '#domain/operation.ts';
import type { Clock } from '#domain/ports.ts';
import type { OperationRepository } from '#domain/repositories.ts';
import { appendAudit } from './audit.ts';
import { isUniqueViolation } from './database-errors.ts';
import type { RepositoryDeps, Tx } from './deps.ts';
import { lockIncident, noteIncident } from './incident-rows.ts';
import { hashOf, textOf } from './operation-request.ts';
import {
  ACTIVE,
  appendEvent,
  OPERATION_INCLUDE,
  type OperationRow,
  toOperation,
} from './operation-rows.ts';
import { lockServer, type ServerRow, toServer } from './server-rows.ts';
import { statusBeforeIntent } from './status-after.ts';

type Judge = Parameters<OperationRepository['accept']>[1];

/** Where requests become operations: one transaction per request, one request at a time per server. */
export function createAccept({ prisma, clock }: RepositoryDeps): OperationRepository['accept'] {
  const accept = (command: OperationCommand, judge: Judge) =>
    prisma.$transaction(async (tx): Promise<Accepted> => {
      const early = await replay(tx, command);
      if (early) return early;
      const row = await lockServer(tx, { handle: command.target });
      // The same request may have come in twice at once; the first one is through now.
      const late = await replay(tx, command);
      if (late) return late;
      const server = toServer(row);
      const active = await tx.operation.findFirst({
        where: { serverId: row.id, status: { in: [...ACTIVE] }, stopRequested: null },
        include: OPERATION_INCLUDE,
      });
      const verdict = judge(server, active && toOperation(active));
      if (verdict.verdict === 'join') {
        const { operation } = verdict;
        await remember(tx, clock, command, operation.id, true);
        return { operation, outcome: 'joined' };
      }
      if (verdict.supersede) await supersede(tx, clock, verdict.supersede.id, command.by);
      const created = await insert(tx, clock, command, row);
      await appendAudit(tx, clock, {
        actor: command.by,
        action: `operation.${command.kind}`,
        target: server.handle,
        operationId: created.id,
        data: {
          mode: created.mode,
          incident: created.incidentId,
          status_before: server.status,
          superseded: verdict.supersede?.id ?? null,
        },
      });
      return { operation: toOperation(created), outcome: 'created' };
    });

  return async (command, judge) => {
    try {
      return await accept(command, judge);
    } catch (error) {
      // The key was taken meanwhile, for another server: now it is found.
      if (isUniqueViolation(error)) return accept(command, judge);
      throw error;
    }
  };
}

async function replay(tx: Tx, command: OperationCommand): Promise<Accepted | null> {
  const before = await tx.operationRequest.findUnique({
    where: { key: command.key },
    include: { operation: { include: OPERATION_INCLUDE } },
  });
  if (!before) return null;
  if (before.bodyHash !== hashOf(command)) {
    throw new OpsError('idempotency_mismatch', 'This key was used for another request.', {
      hint: 'Use a new key for a new request.',
      details: { operation_id: before.operationId },
    });
  }
  return { operation: toOperation(before.operation), outcome: 'replayed' };
}

const remember = (
  tx: Tx,
  clock: Clock,
  command: OperationCommand,
  operationId: string,
  joined: boolean,
) =>
  tx.operationRequest.create({
    data: {
      ...{ key: command.key, bodyHash: hashOf(command), operationId, joined },
      requestedBy: command.by,
      createdAt: clock.now(),
    },
  });

async function supersede(tx: Tx, clock: Clock, id: string, by: string): Promise<void> {
  const { percent } = await tx.operation.update({
    where: { id },
    data: { stopRequested: 'supersede', stopRequestedBy: by },
  });
  await appendEvent(tx, clock, id, {
    ...{ type: 'note', status: null, step: null, state: null, percent },
    text: 'A newer request takes its place.',
  });
}

async function insert(
  tx: Tx,
  clock: Clock,
  command: OperationCommand,
  row: ServerRow,
): Promise<OperationRow> {
  const episode = movesServer(command) ? await order(tx, command, row) : row.episode;
  const incidentId = command.kind === 'recover' ? command.incidentId : null;
  const operation = await tx.operation.create({
    data: {
      kind: command.kind,
      mode: command.kind === 'rebuild' ? command.mode : null,
      serverId: row.id,
      key: command.key,
      requestedBy: command.by,
      ...{ episode, incidentId, createdAt: clock.now(), notBefore: await startOf(tx, command) },
      priorStatus: row.status,
      priorStatusBefore: row.statusBefore,
    },
    include: OPERATION_INCLUDE,
  });
  await remember(tx, clock, command, operation.id, false);
  await appendEvent(tx, clock, operation.id, {
    ...{ type: 'status', status: 'queued', step: null, state: null, percent: 0 },
    text: textOf(command),
  });
  if (incidentId) await linkIncident(tx, clock, incidentId, row, operation.id);
  return operation;
}

/** By the database's clock, which alone decides later whether the time has come. */
async function startOf(tx: Tx, { delaySeconds }: OperationCommand): Promise<Date | null> {
  if (!delaySeconds) return null;
  const [row] = await tx.$queryRaw<{ at: Date }[]>`
    SELECT clock_timestamp() + ${delaySeconds}::int * interval '1 second' AS at`;
  if (!row) throw new OpsError('internal', 'The database did not tell the time.');
  return row.at;
}

type Intent = Extract<OperationCommand, { kind: 'provision' | 'rebuild' }>;
const movesServer = (command: OperationCommand): command is Intent =>
  command.kind === 'provision' || command.kind === 'rebuild';

/** Other orders leave the server in its status: only a rung that provisions moves it. */
async function order(tx: Tx, command: Intent, row: ServerRow): Promise<number> {
  const { episode } = await tx.server.update({
    where: { id: row.id },
    data: {
      status: command.kind === 'rebuild' ? 'force_rebuild' : 'pending_setup',
      statusBefore: statusBeforeIntent(row),
      episode: { increment: 1 },
      provisioningAttempts: 0,
    },
    select: { episode: true },
  });
  return episode;
}

async function linkIncident(
  tx: Tx,
  clock: Clock,
  id: string,
  server: ServerRow,
  operationId: string,
): Promise<void> {
  const incident = await lockIncident(tx, id);
  if (incident.serverId !== server.id) {
    throw new OpsError('not_found', `There is no incident ${id} on ${server.handle}.`);
  }
  if (incident.resolvedAt) {
    throw new OpsError('conflict', `The incident is ${incident.status} already.`);
  }
  await tx.incident.update({ where: { id }, data: { operationId } });
  await noteIncident(tx, clock, id, 'agent', 'Recovery accepted', { operation_id: operationId });
}
