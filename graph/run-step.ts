import { channel } from 'node:diagnostics_channel';
import { setMaxListeners } from 'node:events';
import { OpsError, toOpsError } from '#domain/errors.ts';
import type { ChildRecord } from '#domain/remote.ts';
import type { OpsState } from '#domain/state.ts';
import type { Step, StepContext, StepMemo, StepResult } from '#domain/step.ts';
import { authorityOf } from './authority.ts';
import type { StepRuntime } from './step-runtime.ts';

/** Published right before a step's action and right after it, before its checkpoint is written. */
export const stepChannel = channel('zavhoz.step');

/** Key of the memo under which a child that may outlive us is recorded. */
const CHILD = '_child';

export interface Span {
  /** Percentage of the whole operation at which the step starts, and its share. */
  readonly from: number;
  readonly share: number;
}

/**
 * Runs one step once, on fresh facts, with its deadline: ends what an earlier run left behind,
 * records the start, acts, records the outcome. Throws OpsError (with the signal's own reason when
 * it was stopped); it never decides what a failure leads to.
 */
export async function runStep<D>(
  step: Step<D>,
  deps: D,
  state: OpsState,
  span: Span,
  rt: StepRuntime,
): Promise<StepResult> {
  const { operations, limits } = rt;
  await limits.gate();
  await assertGoesOn(state, rt);
  const deadline = AbortSignal.timeout(step.timeoutSeconds * 1000);
  const outer = overdue(state, rt) ? new AbortController().signal : limits.signal;
  const signal = AbortSignal.any([outer, deadline]);
  setMaxListeners(0, signal); // a step may do many things side by side
  const context = await stepContext(step, deps, state, signal, span, rt);
  const { operation } = context;
  await endLeftBehind(context.memo, rt);
  const note = (s: 'started' | 'done' | 'skipped', text: string, percent: number) =>
    operations.addEvent(limits.take, {
      type: 'step',
      status: null,
      step: step.id,
      state: s,
      text,
      percent,
    });
  const { status: told } = (await operations.step(operation.id, step.id)) ?? {};
  await operations.putStep(limits.take, step.id, {
    status: 'started',
    attempt: state.attempt,
    summary: null,
  });
  // One that parks and looks again every minute is told once, not every minute.
  if (told !== 'started') await note('started', step.title, span.from);
  stepChannel.publish({ operation: operation.id, step: step.id, point: 'before' });
  const result = await act(step, context, deadline, outer);
  stepChannel.publish({ operation: operation.id, step: step.id, point: 'after' });
  if (result.status === 'parked') return result;
  const { status, summary } = result;
  await operations.putStep(limits.take, step.id, { status, attempt: state.attempt, summary });
  await note(status, summary, Math.round(span.from + span.share));
  return result;
}

async function act<D>(
  step: Step<D>,
  context: StepContext<D>,
  deadline: AbortSignal,
  outer: AbortSignal,
): Promise<StepResult> {
  try {
    outer.throwIfAborted();
    return await step.run(context);
  } catch (error) {
    if (outer.aborted) throw toOpsError(outer.reason);
    if (!deadline.aborted) throw toOpsError(error);
    throw new OpsError('timeout', `"${step.title}" took longer than ${step.timeoutSeconds} s.`, {
      cause: error,
    });
  }
}

/** What follows a failure takes seconds, and has to be done also where the failure is the deadline. */
const overdue = (state: OpsState, { limits }: Pick<StepRuntime, 'limits'>): boolean =>
  state.failure !== null &&
  limits.signal.aborted &&
  toOpsError(limits.signal.reason).code === 'timeout';

/** Throws when a human or a newer order wants it stopped, or its time is over. */
async function assertGoesOn(
  state: OpsState,
  { operations, clock, limits }: StepRuntime,
): Promise<void> {
  if (!overdue(state, { limits })) limits.signal.throwIfAborted();
  const operation = await operations.require(state.operation_id);
  if (operation.stopRequested !== null) {
    const code = operation.stopRequested === 'cancel' ? 'cancelled' : 'superseded';
    throw new OpsError(
      code,
      `The operation was ${code} by ${operation.stopRequestedBy ?? 'a newer order'}.`,
    );
  }
  if (
    state.failure === null &&
    operation.deadlineAt !== null &&
    operation.deadlineAt <= clock.now()
  ) {
    throw new OpsError('timeout', 'The time for the whole operation is over.', { retry: 'no' });
  }
}

/** A step's view of the world, read afresh, with the door of the tools bound to it. */
export async function stepContext<D>(
  step: Step<D>,
  deps: D,
  state: OpsState,
  signal: AbortSignal,
  span: Span,
  rt: StepRuntime,
): Promise<StepContext<D>> {
  const operation = await rt.operations.require(state.operation_id);
  const server = await rt.servers.require(operation.serverHandle);
  const memo = await openMemo(step.id, operation.id, rt);
  const progress = createProgress(step.id, span, rt);
  return {
    deps,
    state,
    operation,
    server,
    memo,
    signal,
    progress,
    log: rt.log.child({ step: step.id }),
    answered: (purpose) => answered(operation.id, step.id, purpose, rt),
    approval: () => rt.approvals.latest(operation.id, step.id),
    tools: rt.toolCaller({
      handle: server.handle,
      authority: authorityOf(operation, state),
      signal,
      progress,
      child: (record) => memo.put({ ...memo.get(), [CHILD]: record }),
    }),
  };
}

async function openMemo(stepId: string, operationId: string, rt: StepRuntime): Promise<StepMemo> {
  let notes = (await rt.operations.step(operationId, stepId))?.memo ?? {};
  return {
    get: () => notes,
    async put(next) {
      await rt.operations.putMemo(rt.limits.take, stepId, next);
      notes = next;
    },
  };
}

async function endLeftBehind(
  memo: StepMemo,
  { playbooks, limits, log }: StepRuntime,
): Promise<void> {
  const child = memo.get()[CHILD] as ChildRecord | null | undefined;
  if (!child) return;
  log.warn({ pgid: child.pgid }, 'ending a playbook that an earlier run left behind');
  await playbooks.end(child, limits.signal);
  await memo.put({ ...memo.get(), [CHILD]: null });
}

async function answered(
  operationId: string,
  stepId: string,
  purpose: string,
  { inputs }: StepRuntime,
) {
  const request = await inputs.latest(operationId, stepId, purpose);
  if (request === null || request.status === 'open') return null;
  if (request.status === 'expired') {
    throw new OpsError('expired', 'Nobody answered in time what the operation waited for.', {
      hint: request.question,
    });
  }
  if (request.status === 'cancelled') {
    throw new OpsError('cancelled', `${request.answeredBy ?? 'A human'} declined what was asked.`);
  }
  return request;
}

/** Shown, never waited for by the work: progress that cannot be written changes no outcome. */
function createProgress(stepId: string, span: Span, { operations, limits, log }: StepRuntime) {
  let percent = span.from;
  return async (text: string, fraction?: number, state?: 'ok' | 'changed' | 'failed') => {
    if (fraction !== undefined) {
      const at = span.from + span.share * Math.min(1, Math.max(0, fraction));
      percent = Math.max(percent, Math.round(at));
    }
    try {
      await operations.addEvent(limits.take, {
        type: 'task',
        status: null,
        step: stepId,
        state: state ?? null,
        text,
        percent,
      });
    } catch (error) {
      log.debug({ error: toOpsError(error).message }, 'progress was not written');
    }
  };
}
