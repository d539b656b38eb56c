import type { Approval, Decision } from './approval.ts';
import type { FleetState } from './fleet.ts';
import type { InputRequest } from './input-request.ts';
import type { Operation, OperationCommand, Verdict } from './operation.ts';
import type { Secret } from './secret.ts';
import type { Server, ServerStatus } from './server.ts';

export interface Accepted {
  readonly operation: Operation;
  /**
   * created: a new operation. replayed: the same key came before. joined: the same work was under
   * way already, and this request is told of it.
   */
  readonly outcome: 'created' | 'replayed' | 'joined';
}

/**
 * The one door to the state machine for bot, API, CLI and workers. Errors are OpsError
 * (`not_found`, `illegal_transition`, `not_managed`, `hands_off`, `conflict`, ...).
 */
export interface Agent {
  /** Stores the request (a row first, a job second) and returns; the work goes on elsewhere. */
  submit(command: OperationCommand): Promise<Accepted>;
  /** What `submit` would make of it now: throws what it would throw, and stores nothing. */
  foresee(command: OperationCommand): Promise<Verdict>;
  /**
   * A human's change of status. force_rebuild and pending_setup start an operation
   * (pending_setup: of kind provision); all others only move the status.
   */
  changeStatus(change: {
    readonly target: string;
    readonly to: ServerStatus;
    readonly rebuild: 'reinstall' | 'reset';
    readonly by: string;
    readonly key: string;
  }): Promise<{ readonly server: Server; readonly accepted: Accepted | null }>;
  /** What a force_rebuild would do, for a person to read before saying yes. */
  previewRebuild(target: string, mode: 'reinstall' | 'reset'): Promise<readonly string[]>;
  cancel(operationId: string, by: string): Promise<Operation>;
  /** A human's answer; single use. `secret` for kind secret, null for confirm. */
  answer(requestId: string, by: string, secret: Secret | null): Promise<InputRequest>;
  decline(requestId: string, by: string): Promise<InputRequest>;
  /** One decision counts, whoever comes first; `conflict` names who it was. */
  decide(approvalId: string, decision: Decision, by: string, note?: string): Promise<Approval>;
  /** Switches all automatic action off until `rearm`. */
  freeze(by: string, reason: string): Promise<FleetState>;
  /** A human's word that automatic action may go on: lifts freeze and breaker. */
  rearm(by: string): Promise<FleetState>;
  fleet(): Promise<FleetState>;
}
