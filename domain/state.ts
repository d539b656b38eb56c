import { z } from 'zod';
import { ERROR_CODES, type ErrorCode } from './errors.ts';
import { OperationKind, RebuildMode } from './operation.ts';
import { Rung } from './recovery.ts';

const codes = Object.keys(ERROR_CODES) as [ErrorCode, ...ErrorCode[]];

export const StepOutcome = z.object({
  status: z.enum(['done', 'skipped', 'failed', 'undone', 'undo_failed']),
  summary: z.string().nullable(),
  attempt: z.number().int(),
});
export type StepOutcome = z.infer<typeof StepOutcome>;

export const Failure = z.object({
  step: z.string().nullable(),
  code: z.enum(codes),
  message: z.string(),
  hint: z.string().nullable(),
  /** Whether a further attempt of the whole list may help. */
  retryable: z.boolean(),
});
export type Failure = z.infer<typeof Failure>;

export const ProvisioningResult = z.object({
  status: z.enum(['success', 'failed', 'superseded', 'cancelled']),
  server_handle: z.string(),
  attempt: z.number().int(),
});

/**
 * The state that one thread (one operation) carries through the graph. It is checkpointed in plain
 * text, so it holds ids and facts only: never a password, a key or a client.
 */
export const OpsState = z.object({
  operation_id: z.string(),
  kind: OperationKind,
  mode: RebuildMode.nullable(),
  server_to_provision: z.string(),
  is_incident_recovery: z.boolean(),
  incident_id: z.string().nullable(),
  /** Recovery: the rung under way, and its reservation. */
  rung: Rung.nullable(),
  rung_record: z.string().nullable(),
  approval_id: z.string().nullable(),
  attempt: z.number().int(),
  /** Where zavhoz or recovery sends the thread next. */
  route: z.enum(['provisioner', 'devops', 'recovery', 'end']).nullable(),
  /** Outcomes by step id; reduced by id. */
  steps: z.record(z.string(), StepOutcome),
  /** Step that is parked, and on what; null while nothing waits. */
  parked: z
    .object({
      step: z.string(),
      input_request_id: z.string().nullable(),
      approval_id: z.string().nullable(),
      wake_at: z.string().nullable(),
    })
    .nullable(),
  /** Id of the credential that opens the host now (root password or key). */
  credential_id: z.string().nullable(),
  access: z.enum(['unknown', 'key', 'password', 'none']),
  failure: Failure.nullable(),
  provisioning_result: ProvisioningResult.nullable(),
});
export type OpsState = z.infer<typeof OpsState>;
