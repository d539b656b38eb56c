import {
  Command,
  END,
  interrupt,
  type LangGraphRunnableConfig,
  START,
  StateGraph,
} from '@langchain/langgraph';
import { OpsError, toOpsError } from '#domain/errors.ts';
import type { OpsState } from '#domain/state.ts';
import type { Step, StepResult } from '#domain/step.ts';
import { askApproval, askInput } from './ask.ts';
import { runStep, type Span } from './run-step.ts';
import { OpsAnnotation } from './state.ts';
import type { StepRuntime } from './step-runtime.ts';
import { undoStep } from './undo-step.ts';

/** Node that holds the interrupt, alone: a resumed node starts again from its first line. */
export const WAIT = 'wait';
const MOST_TRIES = 3;
/** A rate limit that asks for more than this is left to the next attempt. */
const MOST_WAIT_MS = 60_000;

type Update = Partial<OpsState>;
type Go = Command<unknown, Update, string>;

/** Reasons that cut a run short without deciding anything: it goes on later from its checkpoint. */
const CUT_SHORT: ReadonlySet<string> = new Set(['lease_lost', 'storage_unavailable']);

/**
 * Turns a list of steps into a subgraph: an edge from each step to the next, a wait node, an undo
 * node per step that declares an undo. LangGraph's checkpoints are the journal; a transient error
 * is retried by the node's policy, a final one leads into the undo nodes in reverse, beginning with
 * the step that failed, whose outcome may be unknown.
 */
export function compileSteps<D>(
  steps: readonly Step<D>[],
  deps: D,
  rt: StepRuntime,
  /** Percent at which these steps begin: progress never goes back. */
  begins = 0,
) {
  const graph = new StateGraph<typeof OpsAnnotation.spec, OpsState, Update, string>(OpsAnnotation);
  const undoFrom = (index: number) => {
    const step = steps.slice(0, index + 1).findLast(({ undo }) => undo !== undefined);
    return step === undefined ? END : `undo-${step.id}`;
  };
  const spans = percentages(steps, begins);
  steps.forEach((step, index) => {
    const next = steps[index + 1]?.id ?? END;
    const unwind = undoFrom(index);
    const node = async (state: OpsState, config: LangGraphRunnableConfig): Promise<Go> => {
      if (step.only && !step.only.includes(state.kind)) return new Command({ goto: next });
      const tries = config.executionInfo?.nodeAttempt ?? 1;
      try {
        const result = await runStep(step, deps, state, spans[index] ?? { from: 0, share: 0 }, rt);
        return await onward(step, result, state, next, rt);
      } catch (error) {
        const known = toOpsError(error);
        if (CUT_SHORT.has(known.code)) throw known;
        if (known.retry === 'soon' && tries < MOST_TRIES) {
          await rt.clock.sleep(Math.min(known.retryAfterMs ?? 0, MOST_WAIT_MS), rt.limits.signal);
          throw known;
        }
        return failed(step.id, known, state, unwind, rt);
      }
    };
    graph.addNode(step.id, node, {
      ends: [...new Set([next, WAIT, unwind])],
      retryPolicy: {
        maxAttempts: MOST_TRIES,
        initialInterval: 1000,
        backoffFactor: 2,
        jitter: true,
        logWarning: false,
        retryOn: (error: unknown) => error instanceof OpsError && !CUT_SHORT.has(error.code),
      },
    });
    if (step.undo === undefined) return;
    const after = undoFrom(index - 1);
    graph.addNode(`undo-${step.id}`, (state: OpsState) => undoStep(step, deps, state, after, rt), {
      ends: [after],
    });
  });
  graph.addNode(WAIT, waitForWord, { ends: steps.map(({ id }) => id) });
  graph.addEdge(START, steps[0]?.id ?? END);
  return graph.compile();
}

/** Nothing but the interrupt, then back to the step that is parked, which looks for the answer. */
function waitForWord(state: OpsState): Go {
  interrupt(state.parked);
  return new Command({ goto: state.parked?.step ?? END, update: { parked: null } });
}

async function onward<D>(
  step: Step<D>,
  result: StepResult,
  state: OpsState,
  next: string,
  rt: StepRuntime,
): Promise<Go> {
  if (result.status === 'parked') {
    const parked = {
      step: step.id,
      input_request_id: 'ask' in result ? await askInput(step.id, result.ask, state, rt) : null,
      approval_id:
        'approve' in result ? await askApproval(step.id, result.approve, state, rt) : null,
      wake_at: 'wakeAt' in result ? (result.wakeAt?.toISOString() ?? null) : null,
    };
    return new Command({ goto: WAIT, update: { parked } });
  }
  const outcome = { status: result.status, summary: result.summary, attempt: state.attempt };
  return new Command({ goto: next, update: { ...result.update, steps: { [step.id]: outcome } } });
}

async function failed(
  stepId: string,
  error: OpsError,
  state: OpsState,
  unwind: string,
  { operations, limits, log }: StepRuntime,
): Promise<Go> {
  log.warn({ step: stepId, code: error.code, error: error.message }, 'step failed');
  const operation = await operations.require(state.operation_id);
  await operations.putStep(limits.take, stepId, {
    status: 'failed',
    attempt: state.attempt,
    summary: error.message,
  });
  await operations.addEvent(limits.take, {
    type: 'step',
    status: null,
    step: stepId,
    state: 'failed',
    text: error.message,
    percent: operation.percent,
  });
  const outcome = { status: 'failed' as const, summary: error.message, attempt: state.attempt };
  const failure = {
    step: stepId,
    code: error.code,
    message: error.message,
    hint: error.hint ?? null,
    retryable: error.retry !== 'no',
  };
  return new Command({
    goto: unwind,
    update: { failure, parked: null, steps: { [stepId]: outcome } },
  });
}

/** Where each step lies on the scale from `begins` to 99; 100 is the end of the operation itself. */
function percentages<D>(steps: readonly Step<D>[], begins: number): readonly Span[] {
  const total = steps.reduce((sum, { weight }) => sum + weight, 0) || 1;
  let before = 0;
  return steps.map(({ weight }) => {
    const room = 99 - begins;
    const span = {
      from: begins + Math.floor((before / total) * room),
      share: (weight / total) * room,
    };
    before += weight;
    return span;
  });
}
