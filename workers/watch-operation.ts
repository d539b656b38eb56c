import { OpsError, toOpsError } from '#domain/errors.ts';
import type { Operation } from '#domain/operation.ts';
import type { Clock, HeldLease, Logger } from '#domain/ports.ts';
import type { OperationRepository } from '#domain/repositories.ts';

const LOOK_MS = 1000;

/**
 * The signal under which an operation runs: aborted by the loss of its lease, the end of its
 * budget, the worker's own stop, or a stop that somebody asked for meanwhile.
 */
export function watchOperation(
  operation: Operation,
  {
    operations,
    clock,
    lease,
    stopping,
    log,
  }: {
    operations: OperationRepository;
    clock: Clock;
    lease: HeldLease;
    stopping: AbortSignal;
    log: Logger;
  },
): { signal: AbortSignal; overdue(): boolean; stop(): void } {
  const own = new AbortController();
  const ended = new AbortController();
  const look = async () => {
    while (!ended.signal.aborted && !own.signal.aborted) {
      await clock.sleep(LOOK_MS, ended.signal);
      try {
        const now = await operations.require(operation.id);
        const reason = stopReason(now, clock.now());
        if (reason !== null) own.abort(reason);
      } catch (error) {
        log.debug({ error: toOpsError(error).message }, 'cannot look whether a stop was asked for');
      }
    }
  };
  look().catch(() => undefined); // only the sleep rejects, when it is over
  return {
    signal: AbortSignal.any([own.signal, lease.signal, stopping]),
    overdue: () => operation.deadlineAt !== null && operation.deadlineAt <= clock.now(),
    stop: () => ended.abort(),
  };
}

function stopReason(operation: Operation, now: Date): OpsError | null {
  if (operation.stopRequested === 'cancel') {
    return new OpsError('cancelled', `Cancelled by ${operation.stopRequestedBy ?? 'a human'}.`);
  }
  if (operation.stopRequested === 'supersede') {
    return new OpsError('superseded', 'A newer order took the place of this one.');
  }
  if (operation.deadlineAt !== null && operation.deadlineAt <= now) {
    return new OpsError('timeout', 'The time for the whole operation is over.', { retry: 'no' });
  }
  return null;
}
