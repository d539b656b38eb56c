import type { NewApproval } from '#domain/approval.ts';
import type { NewInputRequest } from '#domain/input-request.ts';
import type { OpsState } from '#domain/state.ts';
import type { StepRuntime } from './step-runtime.ts';

/** Stores the question, tells it once, and returns its id: the thread waits for that one. */
export async function askInput(
  stepId: string,
  request: NewInputRequest,
  state: OpsState,
  { inputs, outbox, operations, limits }: StepRuntime,
): Promise<string> {
  const asked = await inputs.ask(limits.take, stepId, state.server_to_provision, request);
  const operation = await operations.require(state.operation_id);
  await operations.addEvent(limits.take, {
    type: 'input',
    status: null,
    step: stepId,
    state: 'open',
    text: asked.question,
    percent: operation.percent,
  });
  await outbox.enqueue({
    dedupeKey: `${asked.id}:asked`,
    severity: 'warning',
    kind: 'input_needed',
    params: {
      server: asked.serverHandle,
      question: asked.question,
      request: asked.id,
      input: asked.kind,
    },
    serverHandle: asked.serverHandle,
    operationId: asked.operationId,
  });
  return asked.id;
}

/** From this round on the same question is put with more weight. */
const ESCALATES_AT = 2;

export async function askApproval(
  stepId: string,
  request: NewApproval,
  state: OpsState,
  { approvals, outbox, servers, limits }: StepRuntime,
): Promise<string> {
  const server = await servers.require(state.server_to_provision);
  const asked = await approvals.ask(limits.take, stepId, server, request);
  await outbox.enqueue({
    dedupeKey: `${asked.id}:asked`,
    severity: asked.round >= ESCALATES_AT ? 'critical' : 'warning',
    kind: 'approval_needed',
    params: {
      approval: asked.id,
      server: asked.serverHandle,
      effect: asked.effect,
      why: asked.why,
      lost: asked.lost,
      undo: asked.undo,
      until: asked.expiresAt.toISOString(),
      round: asked.round,
      incident: asked.incidentId ?? '',
    },
    serverHandle: asked.serverHandle,
    operationId: asked.operationId,
  });
  return asked.id;
}
