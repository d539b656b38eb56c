import type { Accepted } from '../agent.ts';
import type { Notification } from '../notification.ts';
import type {
  NewOperationEvent,
  Operation,
  OperationCommand,
  OperationError,
  OperationEvent,
  OperationKind,
  OperationStatus,
  OperationStep,
  StepStatus,
  StopReason,
  TerminalStatus,
  Verdict,
} from '../operation.ts';
import type { Server } from '../server.ts';
import type { Page, Paging } from './paging.ts';

export interface Take {
  readonly operationId: string;
  readonly fence: number;
}

/** Writes that carry a Take throw `lease_lost` when another worker took the operation since. */
export interface OperationRepository {
  /**
   * One transaction: replays by key (throws `idempotency_mismatch` for another body), locks the
   * server, asks `judge`, supersedes, moves the status, opens a new episode, inserts, writes audit.
   * A delay is counted from the database's time.
   */
  accept(
    command: OperationCommand,
    judge: (server: Server, active: Operation | null) => Verdict,
  ): Promise<Accepted>;
  find(id: string): Promise<Operation | null>;
  require(id: string): Promise<Operation>;
  list(
    filter: { serverHandle?: string; status?: readonly OperationStatus[]; kind?: OperationKind },
    paging: Paging,
  ): Promise<Page<Operation>>;
  /**
   * Marks it running under this fence and sets graph version and deadline on the first take. Before
   * its time (`notBefore`, by the database's clock) it is returned `queued`, as it was.
   */
  take(id: string, fence: number, graphVersion: string, budgetSeconds: number): Promise<Operation>;
  /**
   * Reserves attempt number `attempt` (idempotent for the same number), moves the server to
   * provisioning. Throws `attempts_exhausted`, `superseded`, `illegal_transition`.
   */
  claimAttempt(take: Take, attempt: number, maxAttempts: number): Promise<Operation>;
  /** Puts a run of a thread under the present graph's version, once a human said so. */
  adoptVersion(take: Take, graphVersion: string): Promise<void>;
  park(
    take: Take,
    until: { wakeAt: Date | null; inputRequestId: string | null; approvalId: string | null },
  ): Promise<void>;
  /**
   * Terminal status, event, server status (success: `ready`; else `error` where it was claimed) and
   * notification in one transaction. A success of a past episode is stored as `superseded`.
   */
  finish(
    take: Take,
    end: {
      status: TerminalStatus;
      error: OperationError | null;
      notification: Notification | null;
    },
  ): Promise<Operation>;
  requestStop(id: string, reason: StopReason, by: string): Promise<Operation>;
  /** Ends an operation that no worker ever took (cancel while queued, expiry). */
  finishUntaken(
    id: string,
    status: 'cancelled' | 'superseded' | 'expired',
    error: OperationError | null,
  ): Promise<boolean>;
  step(operationId: string, stepId: string): Promise<OperationStep | null>;
  steps(operationId: string): Promise<readonly OperationStep[]>;
  putStep(
    take: Take,
    stepId: string,
    step: { status: StepStatus; attempt: number; summary: string | null },
  ): Promise<void>;
  putMemo(take: Take, stepId: string, memo: Readonly<Record<string, unknown>>): Promise<void>;
  addEvent(take: Take, event: NewOperationEvent): Promise<void>;
  events(operationId: string, afterSeq: number, limit: number): Promise<readonly OperationEvent[]>;
  /** Queued with its time come, running without a living lease, or waiting with its wait over. */
  due(limit: number): Promise<readonly Operation[]>;
  /** Adds a gap in which nobody worked through the queue to all queued operations. */
  addUnattended(from: Date, to: Date): Promise<void>;
}
