import type { Notification } from './notification.ts';
import type { Operation, OperationError, TerminalStatus } from './operation.ts';
import type { Take } from './repositories.ts';

/** How one run of a thread came to rest. A throw means that it was cut short and may go on later. */
export type RunEnd =
  | {
      readonly kind: 'parked';
      readonly wakeAt: Date | null;
      readonly inputRequestId: string | null;
      readonly approvalId: string | null;
    }
  | {
      readonly kind: 'ended';
      readonly status: TerminalStatus;
      readonly attempt: number;
      readonly error: OperationError | null;
      readonly notification: Notification | null;
    };

export interface RunLimits {
  readonly take: Take;
  /** Aborted with an OpsError that says why: cancelled, superseded, timeout, lease_lost, unavailable. */
  readonly signal: AbortSignal;
  /** Awaited before each step; throws while the worker drains, waits while its event loop lags. */
  gate(): Promise<void>;
}

/** Runs an operation's thread from its last checkpoint until it parks or ends. */
export interface GraphRunner {
  /** Hash of the step ids and their order. */
  readonly version: string;
  run(operation: Operation, limits: RunLimits): Promise<RunEnd>;
  /** Drops the checkpoints of a thread, so that it starts from its first step. */
  forget(operationId: string): Promise<void>;
}
