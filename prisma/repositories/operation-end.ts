import { OpsError } from '#domain/errors.ts';
import type { Operation, OperationError, StopReason, TerminalStatus } from '#domain/operation.ts';
import { isTerminal } from '#domain/operation.ts';
import type { Clock } from '#domain/ports.ts';
import type { OperationRepository } from '#domain/repositories.ts';
import { Prisma } from '#generated/prisma/client.ts';
import { appendAudit } from './audit.ts';
import { cleanJson } from './clean.ts';
import type { RepositoryDeps, Tx } from './deps.ts';
import { bringBack, isOver, isTakenOut } from './error-status.ts';
import {
  appendEvent,
  leaseLost,
  lockOperation,
  OPERATION_INCLUDE,
  type OperationRow,
  serverOf,
  toOperation,
} from './operation-rows.ts';
import { enqueueNotification } from './outbox.ts';
import { lockServer, type ServerRow } from './server-rows.ts';
import { statusAfter, statusAfterRecovery } from './status-after.ts';

type Ends = Pick<OperationRepository, 'finish' | 'finishUntaken' | 'requestStop'>;

/** How operations come to their end. */
export function createOperationEnds({ prisma, clock }: RepositoryDeps): Ends {
  /** Both rows locked in the order that all keep: server, operation. */
  const locked = async (tx: Tx, id: string) => {
    const server = await lockServer(tx, { id: await serverOf(tx, id) });
    return { server, row: await lockOperation(tx, id) };
  };

  const end = async (
    tx: Tx,
    { server, row }: { server: ServerRow; row: OperationRow },
    status: TerminalStatus,
    error: OperationError | null,
  ): Promise<OperationRow> => {
    const recovers = row.kind === 'recover';
    if (recovers) {
      // One that only observed has succeeded too, with the server as broken as it was.
      const unproven = status === 'succeeded' && (await isTakenOut(tx, server.id));
      const after = statusAfterRecovery(unproven ? 'failed' : status, row, server);
      await moveServer(tx, server, after, row.attempt > 0 && status !== 'succeeded');
    } else {
      await moveServer(tx, server, statusAfter(status, row, server), false);
    }
    await closeQuestions(tx, clock, row.id);
    const percent = status === 'succeeded' ? 100 : row.percent;
    await appendEvent(tx, clock, row.id, {
      ...{ type: 'status', status, step: error?.step ?? null, state: null, percent },
      text: error?.message ?? TEXTS[status],
    });
    const ended = await tx.operation.update({
      where: { id: row.id },
      data: {
        ...{ status, percent, finishedAt: clock.now() },
        ...{ wakeAt: null, inputRequestId: null, approvalId: null, parkedAt: null },
        error: error ? cleanJson(error) : Prisma.DbNull,
      },
      include: OPERATION_INCLUDE,
    });
    // The trouble ended while it was at work: nobody moved the server then.
    if (row.attempt === 0 && (await isOver(tx, server.id))) {
      await bringBack(tx, await lockServer(tx, { id: server.id }));
    }
    return ended;
  };

  const audit = (tx: Tx, row: OperationRow, actor: string, action: string, data: object) =>
    appendAudit(tx, clock, {
      ...{ actor, action, target: row.server.handle, operationId: row.id },
      data: { ...data },
    });

  return {
    finish: (take, { status, error, notification }) =>
      prisma.$transaction(async (tx): Promise<Operation> => {
        const both = await locked(tx, take.operationId);
        const { server, row } = both;
        if (row.fence !== take.fence) throw leaseLost(take);
        // Its worker died between the commit and its own note of it.
        if (isTerminal(row.status)) return toOperation(row);
        const stale = status === 'succeeded' && row.episode !== server.episode;
        const stored = stale ? 'superseded' : status;
        const ended = await end(tx, both, stored, stale ? null : error);
        if (notification && !stale) await enqueueNotification(tx, clock, notification);
        await audit(tx, ended, 'agent', `operation.${stored}`, { error: error?.code ?? null });
        return toOperation(ended);
      }),

    finishUntaken: (id, status, error) =>
      prisma.$transaction(async (tx) => {
        const both = await locked(tx, id);
        if (both.row.status !== 'queued') return false;
        const ended = await end(tx, both, status, error);
        const actor = ended.stopRequestedBy ?? 'agent';
        await audit(tx, ended, actor, `operation.${status}`, { error: error?.code ?? null });
        return true;
      }),

    requestStop: (id, reason, by) =>
      prisma.$transaction(async (tx): Promise<Operation> => {
        const row = await lockOperation(tx, id);
        if (isTerminal(row.status)) throw tooLate(row);
        // The first word counts: one that was superseded is not cancelled as well.
        if (row.stopRequested) return toOperation(row);
        const stopped = await tx.operation.update({
          where: { id },
          data: { stopRequested: reason, stopRequestedBy: by },
          include: OPERATION_INCLUDE,
        });
        await appendEvent(tx, clock, id, {
          ...{ type: 'note', status: null, step: null, state: null, percent: row.percent },
          text: STOP_TEXTS[reason],
        });
        await audit(tx, stopped, by, `operation.${reason}_requested`, {});
        return toOperation(stopped);
      }),
  };
}

async function moveServer(
  tx: Tx,
  server: ServerRow,
  to: ReturnType<typeof statusAfter>,
  forgets: boolean,
): Promise<void> {
  if (!to) return;
  // What was begun to be provisioned and failed does not come back by itself.
  const keeps = [to.status, to.statusBefore].includes('error') && !forgets;
  const aside = to.status === 'unreachable' && server.missingFrom !== 'maintenance';
  await tx.server.update({
    where: { id: server.id },
    data: {
      ...to,
      ...(keeps ? {} : { errorFrom: null }),
      ...(aside ? { missingFrom: to.statusBefore } : {}),
    },
  });
}

/** What it asked, or stood in line for, is of no use any more. */
async function closeQuestions(tx: Tx, clock: Clock, operationId: string): Promise<void> {
  const finishedAt = clock.now();
  await tx.inputRequest.updateMany({
    where: { operationId, status: 'open' },
    data: { status: 'cancelled' },
  });
  await tx.approval.updateMany({
    where: { operationId, status: { in: ['open', 'approved'] } },
    data: { status: 'voided', note: 'The operation has ended.' },
  });
  await tx.recoveryRung.deleteMany({ where: { operationId, outcome: 'waiting' } });
  await tx.recoveryRung.updateMany({
    where: { operationId, outcome: 'running' },
    data: { outcome: 'failed', reason: 'The operation ended at it.', finishedAt },
  });
}

function tooLate(row: OperationRow): OpsError {
  return new OpsError('conflict', `The operation has ended already: ${row.status}.`, {
    details: { operation_id: row.id, status: row.status },
  });
}

const TEXTS: Record<TerminalStatus, string> = {
  succeeded: 'Done',
  failed: 'Failed',
  cancelled: 'Cancelled',
  superseded: 'A newer request took its place',
  expired: 'Nobody worked on it for too long',
};
const STOP_TEXTS: Record<StopReason, string> = {
  cancel: 'Asked to stop',
  supersede: 'A newer request takes its place',
};
