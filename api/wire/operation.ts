import { z } from 'zod';
import type { Accepted } from '#domain/agent.ts';
import {
  MOST_DELAY_SECONDS,
  type Operation,
  type OperationEvent,
  OperationKind,
  OperationStatus,
  type OperationStep,
  RebuildMode,
} from '#domain/operation.ts';
import { Time, time, timeOrNull } from './common.ts';

export const OperationWire = z.object({
  id: z.string(),
  kind: OperationKind,
  server_handle: z.string(),
  mode: RebuildMode.nullable(),
  status: OperationStatus,
  stop_requested: z.enum(['cancel', 'supersede']).nullable(),
  requested_by: z.string(),
  episode: z.number().int(),
  attempt: z.number().int(),
  current_step: z.string().nullable(),
  percent: z.number().int(),
  error: z
    .object({
      code: z.string(),
      message: z.string(),
      hint: z.string().nullable(),
      step: z.string().nullable(),
    })
    .nullable(),
  input_request_id: z.string().nullable(),
  /** What it waits for, while it waits for a human's word. */
  approval_id: z.string().nullable(),
  /** For kind recover: the incident it works on. */
  incident_id: z.string().nullable(),
  wake_at: Time.nullable(),
  /** Nobody begins it earlier; until then a cancel ends it before anything was done. */
  not_before: Time.nullable(),
  deadline_at: Time.nullable(),
  created_at: Time,
  started_at: Time.nullable(),
  finished_at: Time.nullable(),
});
export type OperationWire = z.infer<typeof OperationWire>;

export const operationToWire = (operation: Operation): OperationWire => ({
  id: operation.id,
  kind: operation.kind,
  server_handle: operation.serverHandle,
  mode: operation.mode,
  status: operation.status,
  stop_requested: operation.stopRequested,
  requested_by: operation.requestedBy,
  episode: operation.episode,
  attempt: operation.attempt,
  current_step: operation.currentStep,
  percent: operation.percent,
  error: operation.error
    ? {
        code: operation.error.code,
        message: operation.error.message,
        hint: operation.error.hint,
        step: operation.error.step,
      }
    : null,
  input_request_id: operation.inputRequestId,
  approval_id: operation.approvalId,
  incident_id: operation.incidentId,
  wake_at: timeOrNull(operation.wakeAt),
  not_before: timeOrNull(operation.notBefore),
  deadline_at: timeOrNull(operation.deadlineAt),
  created_at: time(operation.createdAt),
  started_at: timeOrNull(operation.startedAt),
  finished_at: timeOrNull(operation.finishedAt),
});

export const StepWire = z.object({
  step: z.string(),
  status: z.enum(['started', 'done', 'skipped', 'failed', 'undone', 'undo_failed']),
  attempt: z.number().int(),
  summary: z.string().nullable(),
  started_at: Time,
  finished_at: Time.nullable(),
  /** What the host showed before it was interrupted, by section, where no incident keeps it. */
  evidence: z.record(z.string(), z.string()).nullable(),
});

const Evidence = z.object({ evidence: z.record(z.string(), z.string()) });

export const stepToWire = (step: OperationStep): z.infer<typeof StepWire> => ({
  step: step.stepId,
  status: step.status,
  attempt: step.attempt,
  summary: step.summary,
  started_at: time(step.startedAt),
  finished_at: timeOrNull(step.finishedAt),
  evidence: Evidence.safeParse(step.memo).data?.evidence ?? null,
});

export const OperationWithSteps = OperationWire.extend({ steps: z.array(StepWire) });

/** Seconds before it begins, by the database's clock; until then a cancel ends it untouched. */
export const DelaySeconds = z.number().int().min(0).max(MOST_DELAY_SECONDS).default(0);

export const AcceptedWire = z.object({
  operation: OperationWire,
  outcome: z.enum(['created', 'replayed', 'joined']),
  /** For a person: what became of the request. */
  message: z.string(),
});

export const acceptedToWire = ({ operation, outcome }: Accepted): z.infer<typeof AcceptedWire> => ({
  operation: operationToWire(operation),
  outcome,
  message: {
    created: `Accepted: ${operation.kind} of ${operation.serverHandle}.${beginning(operation)}`,
    replayed: 'This request was accepted before; nothing was started anew.',
    joined: `Already under way: ${operation.kind} of ${operation.serverHandle}, asked for by ${operation.requestedBy}.`,
  }[outcome],
});

const beginning = ({ notBefore }: Operation): string =>
  notBefore === null ? '' : ` It begins at ${time(notBefore)}.`;

/** The data of one server-sent event. */
export const eventToWire = (operationId: string, event: OperationEvent) => ({
  operation_id: operationId,
  seq: event.seq,
  at: time(event.at),
  type: event.type,
  status: event.status,
  step: event.step,
  state: event.state,
  text: event.text,
  percent: event.percent,
});
