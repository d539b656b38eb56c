import { OpsError } from '#domain/errors.ts';
import type {
  NewOperationEvent,
  Operation,
  OperationError,
  OperationStep,
} from '#domain/operation.ts';
import type { Clock } from '#domain/ports.ts';
import type { Take } from '#domain/repositories.ts';
import type { OperationStep as OperationStepRow, Prisma } from '#generated/prisma/client.ts';
import { cleanText, isUuid } from './clean.ts';
import type { Tx } from './deps.ts';

export const OPERATION_INCLUDE = {
  server: { select: { handle: true } },
} as const satisfies Prisma.OperationInclude;

export type OperationRow = Prisma.OperationGetPayload<{ include: typeof OPERATION_INCLUDE }>;

export const ACTIVE = ['queued', 'running', 'waiting'] as const;

export const toOperation = (row: OperationRow): Operation => ({
  id: row.id,
  kind: row.kind,
  serverId: row.serverId,
  serverHandle: row.server.handle,
  mode: row.mode,
  status: row.status,
  stopRequested: row.stopRequested,
  stopRequestedBy: row.stopRequestedBy,
  key: row.key,
  requestedBy: row.requestedBy,
  episode: row.episode,
  attempt: row.attempt,
  graphVersion: row.graphVersion,
  fence: row.fence,
  currentStep: row.currentStep,
  percent: row.percent,
  error: row.error as unknown as OperationError | null,
  wakeAt: row.wakeAt,
  notBefore: row.notBefore,
  inputRequestId: row.inputRequestId,
  approvalId: row.approvalId,
  incidentId: row.incidentId,
  unattendedSeconds: row.unattendedSeconds,
  deadlineAt: row.deadlineAt,
  createdAt: row.createdAt,
  startedAt: row.startedAt,
  finishedAt: row.finishedAt,
});

export const toStep = (row: OperationStepRow): OperationStep => ({
  stepId: row.stepId,
  status: row.status,
  attempt: row.attempt,
  memo: row.memo as Record<string, unknown>,
  summary: row.summary,
  startedAt: row.startedAt,
  finishedAt: row.finishedAt,
});

export const readOperation = async (tx: Tx, id: string): Promise<OperationRow | null> =>
  isUuid(id)
    ? tx.operation.findUnique({ where: { id }, include: OPERATION_INCLUDE })
    : Promise.resolve(null);

/** The operation's row, locked until the transaction ends. @throws OpsError `not_found` */
export async function lockOperation(tx: Tx, id: string): Promise<OperationRow> {
  if (isUuid(id))
    await tx.$queryRaw`SELECT id FROM operation WHERE id = ${id}::uuid FOR NO KEY UPDATE`;
  const row = await readOperation(tx, id);
  if (!row) throw noOperation(id);
  return row;
}

/** The server of an operation never changes, so it may be read before anything is locked. */
export async function serverOf(tx: Tx, id: string): Promise<string> {
  const row = await readOperation(tx, id);
  if (!row) throw noOperation(id);
  return row.serverId;
}

export function assertHeld(row: OperationRow, take: Take): void {
  if (row.fence !== take.fence) throw leaseLost(take);
}

/** Adds the next event; counted on the operation's row, so that numbers have no holes. */
export async function appendEvent(
  tx: Tx,
  clock: Clock,
  id: string,
  event: NewOperationEvent,
): Promise<void> {
  const { eventSeq } = await tx.operation.update({
    where: { id },
    data: { eventSeq: { increment: 1 } },
    select: { eventSeq: true },
  });
  await tx.operationEvent.create({
    data: {
      ...{ operationId: id, seq: eventSeq, at: clock.now() },
      ...event,
      text: cleanText(event.text),
    },
  });
}

export const leaseLost = ({ operationId, fence }: Take) =>
  new OpsError('lease_lost', 'Another worker has taken this operation over.', {
    details: { operation_id: operationId, fence },
  });

export const noOperation = (id: string) =>
  new OpsError('not_found', `There is no operation ${id}.`, { details: { operation_id: id } });
