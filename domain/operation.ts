import { z } from 'zod';
import type { ErrorCode } from './errors.ts';

export const OperationKind = z.enum(['provision', 'rebuild', 'recover', 'reboot', 'deploy']);
export type OperationKind = z.infer<typeof OperationKind>;

/** What a rebuild does with the disk: `reinstall` wipes it, `reset` keeps it (new password only). */
export const RebuildMode = z.enum(['reinstall', 'reset']);
export type RebuildMode = z.infer<typeof RebuildMode>;

/**
 * queued: a row, not yet claimed. running: a worker holds its lease. waiting: parked on an input
 * request or a timer. The rest are terminal: succeeded, failed, cancelled (by a human), superseded
 * (a newer intent took its place), expired (nobody worked on it for longer than its greatest age).
 */
export const OPERATION_STATUSES = [
  'queued',
  'running',
  'waiting',
  'succeeded',
  'failed',
  'cancelled',
  'superseded',
  'expired',
] as const;
export const OperationStatus = z.enum(OPERATION_STATUSES);
export type OperationStatus = z.infer<typeof OperationStatus>;

export const TERMINAL_STATUSES = [
  'succeeded',
  'failed',
  'cancelled',
  'superseded',
  'expired',
] as const satisfies readonly OperationStatus[];
export type TerminalStatus = (typeof TERMINAL_STATUSES)[number];

export const isTerminal = (status: OperationStatus): status is TerminalStatus =>
  (TERMINAL_STATUSES as readonly OperationStatus[]).includes(status);

export type StopReason = 'cancel' | 'supersede';

export interface OperationError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string | null;
  readonly step: string | null;
}

export interface Operation {
  /** UUID; also the LangGraph thread id. */
  readonly id: string;
  readonly kind: OperationKind;
  readonly serverId: string;
  readonly serverHandle: string;
  readonly mode: RebuildMode | null;
  readonly status: OperationStatus;
  readonly stopRequested: StopReason | null;
  readonly stopRequestedBy: string | null;
  readonly key: string;
  readonly requestedBy: string;
  /** The server's episode when it was accepted; a success of an older episode is `superseded`. */
  readonly episode: number;
  /** Attempts reserved so far by this operation. */
  readonly attempt: number;
  /** Hash of the step ids; null until a worker first takes it. */
  readonly graphVersion: string | null;
  /** Counted up with each take of its lease. */
  readonly fence: number;
  readonly currentStep: string | null;
  readonly percent: number;
  readonly error: OperationError | null;
  readonly wakeAt: Date | null;
  /** Nobody takes it earlier, by the database's clock: the time in which a person may say stop. */
  readonly notBefore: Date | null;
  readonly inputRequestId: string | null;
  readonly approvalId: string | null;
  /** For `recover`: the incident it works on. */
  readonly incidentId: string | null;
  /** Seconds it lay in the queue while nobody worked through the queue. */
  readonly unattendedSeconds: number;
  /** End of the whole operation's budget, set when first claimed. */
  readonly deadlineAt: Date | null;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
}

export type StepStatus = 'started' | 'done' | 'skipped' | 'failed' | 'undone' | 'undo_failed';

/** One row per (operation, step): how far it got and the notes it needs to look before it acts. */
export interface OperationStep {
  readonly stepId: string;
  readonly status: StepStatus;
  readonly attempt: number;
  readonly memo: Readonly<Record<string, unknown>>;
  readonly summary: string | null;
  readonly startedAt: Date;
  readonly finishedAt: Date | null;
}

/** What SSE, chat and CLI replay. `seq` counts from 1 within an operation, without holes. */
export const OperationEvent = z.object({
  seq: z.number().int().positive(),
  at: z.date(),
  type: z.enum(['status', 'step', 'task', 'input', 'approval', 'note']),
  /** For `status`: the operation's new status. */
  status: OperationStatus.nullable(),
  step: z.string().nullable(),
  /** For `step`: started, done, skipped, failed, undone, undo_failed. For `task`: ok, changed, failed. */
  state: z.string().nullable(),
  /** Human text: step title, Ansible task name, or the reason. */
  text: z.string(),
  /** 0 to 100 over the whole operation. */
  percent: z.number().int().min(0).max(100),
});
export type OperationEvent = z.infer<typeof OperationEvent>;
export type NewOperationEvent = Omit<OperationEvent, 'seq' | 'at'>;

/** Longest time between an order and its begin, in seconds. */
export const MOST_DELAY_SECONDS = 3600;

const order = {
  target: z.string(),
  by: z.string(),
  key: z.string(),
  /** Seconds from its acceptance, by the database's clock, before which nobody begins it. */
  delaySeconds: z.number().int().min(0).max(MOST_DELAY_SECONDS).optional(),
};

/** A request as people and programs make it. */
export const OperationCommand = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('provision'), ...order }),
  z.object({ kind: z.literal('rebuild'), mode: RebuildMode, ...order }),
  z.object({ kind: z.literal('recover'), incidentId: z.uuid(), ...order }),
  z.object({ kind: z.literal('reboot'), ...order }),
  z.object({ kind: z.literal('deploy'), ...order }),
]);
export type OperationCommand = z.infer<typeof OperationCommand>;

/** What the policy says of a command, beside the operation (if any) that is under way. */
export type Verdict =
  | { readonly verdict: 'accept'; readonly supersede: Operation | null }
  | { readonly verdict: 'join'; readonly operation: Operation };
