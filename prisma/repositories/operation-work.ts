import { OpsError } from '#domain/errors.ts';
import { isTerminal, type Operation } from '#domain/operation.ts';
import { assertChangeable } from '#domain/policy.ts';
import type { OperationRepository } from '#domain/repositories.ts';
import { assertTransition } from '#domain/server-status.ts';
import { appendAudit } from './audit.ts';
import type { RepositoryDeps, Tx } from './deps.ts';
import {
  appendEvent,
  assertHeld,
  leaseLost,
  lockOperation,
  OPERATION_INCLUDE,
  type OperationRow,
  serverOf,
  toOperation,
} from './operation-rows.ts';
import { lockServer, type ServerRow, toServer } from './server-rows.ts';

type Work = Pick<OperationRepository, 'take' | 'claimAttempt' | 'adoptVersion' | 'park'>;

/** What a worker does to an operation while it holds its lease. */
export function createOperationWork({ prisma, clock }: RepositoryDeps): Work {
  return {
    take: (id, fence, graphVersion, budgetSeconds) =>
      prisma.$transaction(async (tx): Promise<Operation> => {
        const row = await lockOperation(tx, id);
        if (row.fence > fence) throw leaseLost({ operationId: id, fence });
        if (isTerminal(row.status)) return toOperation(row);
        if (await isEarly(tx, row)) return toOperation(row);
        if (row.status !== 'running' && showsPause(row)) {
          await appendEvent(tx, clock, id, {
            ...{ type: 'status', status: 'running', step: row.currentStep, state: null },
            ...{ text: row.startedAt ? 'Goes on' : 'Started', percent: row.percent },
          });
        }
        const now = clock.now();
        const taken = await tx.operation.update({
          where: { id },
          data: {
            ...{ status: 'running', fence, wakeAt: null, parkedAt: null },
            ...{ inputRequestId: null, approvalId: null },
            graphVersion: row.graphVersion ?? graphVersion,
            startedAt: row.startedAt ?? now,
            deadlineAt: row.deadlineAt
              ? new Date(row.deadlineAt.getTime() + humanPause(row, now))
              : new Date(now.getTime() + budgetSeconds * 1000),
          },
          include: OPERATION_INCLUDE,
        });
        return toOperation(taken);
      }),

    claimAttempt: (take, attempt, maxAttempts) =>
      prisma.$transaction(async (tx): Promise<Operation> => {
        const id = take.operationId;
        const server = await lockServer(tx, { id: await serverOf(tx, id) });
        const row = await lockOperation(tx, id);
        assertHeld(row, take);
        assertWanted(row, server);
        assertChangeable(toServer(server));
        const fresh = attempt > row.attempt;
        if (fresh && attempt !== row.attempt + 1) throw skipped(attempt, row.attempt);
        // What a recovery provisions is an intent of its own: attempts are counted from here.
        const opens = fresh && row.kind === 'recover' && row.attempt === 0;
        const used = opens ? 0 : server.provisioningAttempts;
        if (fresh && used >= maxAttempts) throw exhausted(server);
        if (server.status !== 'provisioning') {
          assertTransition(server.status, 'provisioning', 'agent', server.statusBefore);
        }
        // The same number again is the same attempt: its worker died before it could go on.
        if (!fresh && server.status === 'provisioning') return toOperation(row);
        await tx.server.update({
          where: { id: server.id },
          data: {
            status: 'provisioning',
            ...(fresh ? { provisioningAttempts: used + 1 } : {}),
            ...(opens ? { episode: { increment: 1 } } : {}),
            // A recovery's success leads back there; any other order begins anew.
            ...(row.kind === 'recover' ? {} : { errorFrom: null }),
          },
        });
        const claimed = await tx.operation.update({
          where: { id },
          data: {
            attempt: Math.max(attempt, row.attempt),
            ...(opens ? { episode: server.episode + 1 } : {}),
          },
          include: OPERATION_INCLUDE,
        });
        await appendAudit(tx, clock, {
          ...{ actor: 'agent', action: 'operation.attempt', operationId: id },
          target: server.handle,
          data: { attempt, of: maxAttempts },
        });
        return toOperation(claimed);
      }),

    async adoptVersion(take, graphVersion) {
      const { count } = await prisma.operation.updateMany({
        where: { id: take.operationId, fence: take.fence },
        data: { graphVersion },
      });
      if (count === 0) throw leaseLost(take);
    },

    park: (take, { wakeAt, inputRequestId, approvalId }) =>
      prisma.$transaction(async (tx) => {
        const row = await lockOperation(tx, take.operationId);
        assertHeld(row, take);
        if (isTerminal(row.status)) throw ended(row);
        await tx.operation.update({
          where: { id: row.id },
          data: { status: 'waiting', wakeAt, inputRequestId, approvalId, parkedAt: clock.now() },
        });
        // A park that is told again, after a crash, is not another pause.
        const person = inputRequestId ?? approvalId;
        if (person && person !== (row.inputRequestId ?? row.approvalId)) {
          await appendEvent(tx, clock, row.id, {
            ...{ type: 'status', status: 'waiting', step: row.currentStep, state: null },
            ...{ text: 'Waits for a person', percent: row.percent },
          });
        }
      }),
  };
}

/** Whether its time has not come yet; the database's clock says, whatever the worker's does. */
async function isEarly(tx: Tx, { id, status, notBefore }: OperationRow): Promise<boolean> {
  if (status !== 'queued' || notBefore === null) return false;
  const [row] = await tx.$queryRaw<{ early: boolean }[]>`
    SELECT not_before > clock_timestamp() AS early FROM operation WHERE id = ${id}::uuid`;
  return row?.early ?? true;
}

/** A wait for a timer (a provider's task) is part of the work: it is not shown as a pause. */
const showsPause = (row: OperationRow) => row.status === 'queued' || waitsForPerson(row);
const waitsForPerson = (row: OperationRow) =>
  row.inputRequestId !== null || row.approvalId !== null;

/** The time a person took to answer does not count against the budget. */
const humanPause = (row: OperationRow, now: Date): number =>
  waitsForPerson(row) && row.parkedAt ? Math.max(0, now.getTime() - row.parkedAt.getTime()) : 0;

function assertWanted(row: OperationRow, server: ServerRow): void {
  if (isTerminal(row.status)) throw ended(row);
  if (row.stopRequested === 'supersede' || row.episode !== server.episode) {
    throw new OpsError('superseded', `A newer request for ${server.handle} took its place.`);
  }
  if (row.stopRequested === 'cancel') {
    throw new OpsError('cancelled', `${row.stopRequestedBy ?? 'Somebody'} cancelled it.`);
  }
}

const ended = (row: OperationRow) =>
  new OpsError('conflict', `The operation has ended already: ${row.status}.`, {
    details: { operation_id: row.id, status: row.status },
  });

const exhausted = (server: ServerRow) =>
  new OpsError(
    'attempts_exhausted',
    `${server.handle} was tried ${server.provisioningAttempts} times without success.`,
    { hint: 'Look at its operations, remove the cause, then order it anew.' },
  );

const skipped = (wanted: number, reserved: number) =>
  new OpsError('internal', `Attempt ${wanted} cannot follow attempt ${reserved}.`);
