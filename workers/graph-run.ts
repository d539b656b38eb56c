import { toOpsError } from '#domain/errors.ts';
import { heldByFreeze } from '#domain/fleet.ts';
import type { GraphRunner, RunEnd } from '#domain/graph-run.ts';
import { isTerminal, type Operation } from '#domain/operation.ts';
import type { Clock, HeldLease, Leases, Logger, Metrics } from '#domain/ports.ts';
import type {
  ApprovalRepository,
  FleetRepository,
  IncidentRepository,
  InputRequestRepository,
  OperationRepository,
  OutboxRepository,
  Take,
} from '#domain/repositories.ts';
import { announce } from './announce.ts';
import { parkedForVersion } from './version-gate.ts';
import { watchOperation } from './watch-operation.ts';

export interface GraphRunDeps {
  readonly operations: OperationRepository;
  readonly inputs: InputRequestRepository;
  readonly approvals: ApprovalRepository;
  readonly incidents: IncidentRepository;
  readonly outbox: OutboxRepository;
  readonly fleet: Pick<FleetRepository, 'state'>;
  readonly leases: Leases;
  readonly runner: GraphRunner;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly settings: {
    readonly budgetSeconds: number;
    /** Of a recovery, which waits for people and for its turn. */
    readonly recoverBudgetSeconds: number;
    readonly intentMaxAgeSeconds: number;
    readonly inputTtlSeconds: number;
  };
  /** Throws while the worker drains, waits while its event loop lags. */
  readonly gate: () => Promise<void>;
  /** Aborted when the drain's own deadline has passed. */
  readonly stopping: AbortSignal;
}

/**
 * One wake-up of one operation: takes the server's lease (or leaves it to who holds it), runs the
 * thread until it parks or ends, and writes down how. A throw leaves the row as it is, and the
 * sweeper rings again.
 */
export const createGraphRun =
  (deps: GraphRunDeps) =>
  async ({ operationId }: { operationId: string }): Promise<void> => {
    await deps.gate();
    const operation = await deps.operations.find(operationId);
    if (operation === null || isTerminal(operation.status)) return;
    if (operation.fence === 0 && (await endUntaken(operation, deps))) return;
    if (operation.status === 'waiting' && !(await waitIsOver(operation, deps))) return;
    if (heldByFreeze(await deps.fleet.state(), operation)) return;
    const lease = await deps.leases.take(`server:${operation.serverId}`);
    if (lease === null) return;
    try {
      await runTaken(operation, lease, deps);
    } finally {
      await lease.release();
    }
  };

/** A wake-up that comes too early (a job that was rung twice) must not resume what still waits. */
async function waitIsOver(
  { stopRequested, wakeAt, inputRequestId, approvalId }: Operation,
  { inputs, approvals, clock }: GraphRunDeps,
): Promise<boolean> {
  if (stopRequested !== null) return true;
  if (wakeAt !== null && wakeAt <= clock.now()) return true;
  if (approvalId !== null) return (await approvals.find(approvalId))?.status !== 'open';
  if (inputRequestId === null) return false;
  return (await inputs.find(inputRequestId))?.status !== 'open';
}

/** Operations that nobody has begun can end without a run: stopped, or too old to act on. */
async function endUntaken(operation: Operation, deps: GraphRunDeps): Promise<boolean> {
  const { operations, outbox, settings } = deps;
  if (operation.stopRequested !== null) {
    const status = operation.stopRequested === 'cancel' ? 'cancelled' : 'superseded';
    return operations.finishUntaken(operation.id, status, null);
  }
  if (operation.unattendedSeconds <= settings.intentMaxAgeSeconds) return false;
  const message = `Nobody worked on it for ${Math.round(operation.unattendedSeconds / 60)} minutes.`;
  const error = {
    code: 'expired' as const,
    message,
    hint: 'Order it again if it is still wanted.',
    step: null,
  };
  const ended = await operations.finishUntaken(operation.id, 'expired', error);
  if (ended) {
    await outbox.enqueue({
      dedupeKey: `${operation.id}:end`,
      severity: 'warning',
      kind: 'operation_expired',
      params: { server: operation.serverHandle, kind: operation.kind, reason: message },
      serverHandle: operation.serverHandle,
      operationId: operation.id,
    });
  }
  return ended;
}

async function runTaken(found: Operation, lease: HeldLease, deps: GraphRunDeps): Promise<void> {
  const { operations, runner, settings, log, clock } = deps;
  const take: Take = { operationId: found.id, fence: lease.fence };
  const operation = await operations.take(
    found.id,
    lease.fence,
    runner.version,
    found.kind === 'recover' ? settings.recoverBudgetSeconds : settings.budgetSeconds,
  );
  if (isTerminal(operation.status)) return;
  // Its time has not come: somebody may still stop it.
  if (operation.status === 'queued') return;
  if (await parkedForVersion(operation, take, deps)) return;
  await announce(operation, deps);
  const watch = watchOperation(operation, {
    operations,
    clock,
    lease,
    stopping: deps.stopping,
    log,
  });
  try {
    const end = await runner.run(operation, { take, signal: watch.signal, gate: deps.gate });
    await settle(operation, take, end, deps);
  } catch (error) {
    const known = watch.signal.aborted ? toOpsError(watch.signal.reason) : toOpsError(error);
    log.warn({ operation: operation.id, code: known.code, error: known.message }, 'run cut short');
    if (!watch.overdue()) throw known;
    // Whatever keeps the thread from going on, its time is over: it ends, with a status.
    const message = `Its time is over, and it could not go on: ${known.message}`;
    const overdue = { code: 'timeout' as const, message, hint: null, step: operation.currentStep };
    await operations.finish(take, { status: 'failed', error: overdue, notification: null });
    await leaveIncident(operation, deps);
  } finally {
    watch.stop();
  }
}

async function settle(
  operation: Operation,
  take: Take,
  end: RunEnd,
  { operations, runner, metrics, clock, log }: GraphRunDeps,
): Promise<void> {
  if (end.kind === 'parked') {
    const { wakeAt, inputRequestId, approvalId } = end;
    await operations.park(take, { wakeAt, inputRequestId, approvalId });
    return;
  }
  const finished = await operations.finish(take, end);
  const labels = { kind: operation.kind, status: finished.status };
  const from = operation.startedAt ?? operation.createdAt;
  const seconds = (clock.now().getTime() - from.getTime()) / 1000;
  if (operation.kind === 'recover') {
    metrics.observe('server_recovery_duration_seconds', seconds, { status: finished.status });
  } else if (operation.kind === 'reboot') {
    metrics.observe('server_reboot_duration_seconds', seconds, { status: finished.status });
  } else {
    metrics.count('server_provisioning_attempts_total', labels, Math.max(1, end.attempt));
    metrics.observe('server_provisioning_duration_seconds', seconds, labels);
    if (finished.status === 'failed')
      metrics.count('incidents_total', { type: 'provisioning_failed' });
  }
  log.info({ operation: operation.id, status: finished.status }, 'operation ended');
  // The journal stays in our own rows; the checkpoints have served.
  await runner.forget(operation.id);
}

/** A recovery that ended without its thread leaves no incident that looks as if it were worked on. */
async function leaveIncident(
  { kind, incidentId }: Operation,
  { incidents, log }: GraphRunDeps,
): Promise<void> {
  if (kind !== 'recover' || incidentId === null) return;
  try {
    const incident = await incidents.find(incidentId);
    if (incident?.status !== 'recovering') return;
    await incidents.update(incidentId, { status: 'detected' }, 'agent:recovery');
  } catch (error) {
    log.warn({ incident: incidentId, error: toOpsError(error).message }, 'incident not updated');
  }
}
