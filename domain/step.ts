import type { Approval, NewApproval } from './approval.ts';
import type { InputRequest, NewInputRequest } from './input-request.ts';
import type { Operation, OperationKind } from './operation.ts';
import type { Logger } from './ports.ts';
import type { Server } from './server.ts';
import type { OpsState } from './state.ts';
import type { ToolCaller } from './tool.ts';

/** Notes of a step that outlive a crash; no secrets. Written at once, outside the checkpoint. */
export interface StepMemo {
  get(): Readonly<Record<string, unknown>>;
  put(notes: Readonly<Record<string, unknown>>): Promise<void>;
}

export interface StepContext<Deps> {
  readonly deps: Deps;
  readonly state: OpsState;
  /** Read afresh when the step starts. */
  readonly operation: Operation;
  readonly server: Server;
  readonly memo: StepMemo;
  readonly tools: ToolCaller;
  readonly signal: AbortSignal;
  readonly log: Logger;
  /** Shows the current task; `fraction` 0 to 1 within this step. */
  progress(text: string, fraction?: number, state?: 'ok' | 'changed' | 'failed'): Promise<void>;
  /**
   * The answered request, or null when it still has to be asked: then return
   * `{ status: 'parked', ask }`. An expired or declined request throws `expired` / `cancelled`.
   */
  answered(purpose: string): Promise<InputRequest | null>;
  /** The step's latest approval, whatever became of it; null before the first question. */
  approval(): Promise<Approval | null>;
}

export type StepResult =
  | {
      readonly status: 'done' | 'skipped';
      readonly summary: string;
      readonly update?: Partial<
        Pick<
          OpsState,
          | 'credential_id'
          | 'access'
          | 'attempt'
          | 'route'
          | 'failure'
          | 'provisioning_result'
          | 'rung'
          | 'rung_record'
          | 'approval_id'
        >
      >;
    }
  | { readonly status: 'parked'; readonly ask: NewInputRequest }
  /** Runs again once a human has decided or the question has expired, and at `wakeAt` to look. */
  | { readonly status: 'parked'; readonly approve: NewApproval; readonly wakeAt?: Date }
  /** Runs again at `wakeAt` or later. */
  | { readonly status: 'parked'; readonly wakeAt: Date };

/**
 * One idempotent action of an operation. `run` looks before it acts: it is started again after a
 * crash, with the memo it left. A throw of OpsError with retry `soon` is tried again in place;
 * any other ends the list and unwinds it.
 */
export interface Step<Deps> {
  /** kebab-case; part of the graph's version. */
  readonly id: string;
  readonly title: string;
  /** Greatest duration of one run, in seconds. */
  readonly timeoutSeconds: number;
  /** Share of the whole operation, for the percentage. */
  readonly weight: number;
  /** Kinds of operations it belongs to; passed over in silence by all others. Absent: all. */
  readonly only?: readonly OperationKind[];
  run(context: StepContext<Deps>): Promise<StepResult>;
  undo?(context: StepContext<Deps>): Promise<void>;
}
