import { Command } from '@langchain/langgraph';
import { toOpsError } from '#domain/errors.ts';
import type { OpsState } from '#domain/state.ts';
import type { Step } from '#domain/step.ts';
import { stepContext } from './run-step.ts';
import type { StepRuntime } from './step-runtime.ts';

/** Greatest duration of one undo, in seconds. */
const UNDO_SECONDS = 300;

/**
 * Undoes one step. A failed undo is recorded and shown to a human, and the unwinding goes on: what
 * the other steps did is still taken back.
 */
export async function undoStep<D>(
  step: Step<D>,
  deps: D,
  state: OpsState,
  next: string,
  rt: StepRuntime,
): Promise<Command<unknown, Partial<OpsState>, string>> {
  const { operations, limits, log } = rt;
  const operation = await operations.require(state.operation_id);
  let outcome: { status: 'undone' | 'undo_failed'; summary: string };
  try {
    const signal = undoSignal(limits.signal);
    await step.undo?.(
      await stepContext(step, deps, state, signal, { from: operation.percent, share: 0 }, rt),
    );
    outcome = { status: 'undone', summary: `${step.title}: taken back` };
  } catch (error) {
    const known = toOpsError(error);
    if (known.code === 'lease_lost' || known.code === 'storage_unavailable') throw known;
    log.error({ step: step.id, error: known.message }, 'undo failed');
    outcome = {
      status: 'undo_failed',
      summary: `${step.title} could not be taken back: ${known.message}`,
    };
  }
  await operations.putStep(limits.take, step.id, { ...outcome, attempt: state.attempt });
  await operations.addEvent(limits.take, {
    type: 'step',
    status: null,
    step: step.id,
    state: outcome.status,
    text: outcome.summary,
    percent: operation.percent,
  });
  const update = { steps: { [step.id]: { ...outcome, attempt: state.attempt } } };
  return new Command({ goto: next, update });
}

/**
 * What was done is taken back also after a cancel or a passed deadline, which is what the aborted
 * signal of the operation then says; only a lost lease forbids it, since somebody else acts now.
 */
function undoSignal(outer: AbortSignal): AbortSignal {
  const deadline = AbortSignal.timeout(UNDO_SECONDS * 1000);
  if (!outer.aborted) return AbortSignal.any([outer, deadline]);
  const reason = toOpsError(outer.reason);
  if (reason.code === 'lease_lost') throw reason;
  return deadline;
}
