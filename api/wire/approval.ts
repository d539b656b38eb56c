import { z } from 'zod';
import { type Approval, ApprovalStatus } from '#domain/approval.ts';
import { line, Time, time, timeOrNull } from './common.ts';

const Facts = z.record(z.string(), z.unknown());

export const ApprovalWire = z.object({
  id: z.string(),
  status: ApprovalStatus,
  server_handle: z.string(),
  operation_id: z.string(),
  step: z.string(),
  incident_id: z.string().nullable(),
  tool: z.string(),
  arguments: Facts,
  /** What the question rests on: once it has changed, the approval is void. */
  facts: Facts,
  /** Of tool, arguments and facts: the approval counts for exactly these, once. */
  hash: z.string(),
  effect: z.string(),
  why: z.string(),
  lost: z.string(),
  undo: z.string(),
  /** How often it was asked; from 2 on it escalates. */
  round: z.number().int(),
  created_at: Time,
  expires_at: Time,
  decided_by: z.string().nullable(),
  decided_at: Time.nullable(),
  note: z.string().nullable(),
});
export type ApprovalWire = z.infer<typeof ApprovalWire>;

export const approvalToWire = (approval: Approval): ApprovalWire => ({
  id: approval.id,
  status: approval.status,
  server_handle: approval.serverHandle,
  operation_id: approval.operationId,
  step: approval.stepId,
  incident_id: approval.incidentId,
  tool: approval.tool,
  arguments: { ...approval.arguments },
  facts: { ...approval.facts },
  hash: approval.hash,
  effect: approval.effect,
  why: approval.why,
  lost: approval.lost,
  undo: approval.undo,
  round: approval.round,
  created_at: time(approval.createdAt),
  expires_at: time(approval.expiresAt),
  decided_by: approval.decidedBy,
  decided_at: timeOrNull(approval.decidedAt),
  note: approval.note,
});

export const DecisionBody = z.strictObject({
  decision: z.enum(['approve', 'deny']),
  /** Kept with the decision; shown to the others. */
  note: line(1_000).optional(),
});
