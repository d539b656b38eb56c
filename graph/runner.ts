import { type BaseCheckpointSaver, Command } from '@langchain/langgraph';
import type { GraphRunner, RunEnd } from '#domain/graph-run.ts';
import type { Notification } from '#domain/notification.ts';
import type { Operation, TerminalStatus } from '#domain/operation.ts';
import type { OpsState } from '#domain/state.ts';
import { buildGraph, graphVersion, type NodeDeps } from './build.ts';
import type { StepRuntime } from './step-runtime.ts';

/** More supersteps than any honest thread takes: every step, its waits and undos, at each attempt. */
const RECURSION_LIMIT = 500;

export interface RunnerDeps {
  readonly nodes: Omit<NodeDeps, 'take'>;
  readonly runtime: Omit<StepRuntime, 'limits'>;
  readonly checkpointer: BaseCheckpointSaver;
}

/** Drives one thread: starts it, goes on after a crash, or answers its pending interrupt by id. */
export function createRunner({ nodes, runtime, checkpointer }: RunnerDeps): GraphRunner {
  return {
    version: graphVersion(),
    async run(operation, limits) {
      const graph = buildGraph(
        { ...nodes, take: limits.take },
        { ...runtime, limits },
        checkpointer,
      );
      const config = {
        configurable: { thread_id: operation.id },
        durability: 'sync' as const,
        recursionLimit: RECURSION_LIMIT,
      };
      const before = await graph.getState(config);
      const pending = before.tasks.flatMap(({ interrupts }) => interrupts)[0];
      // Started and ended already: the crash came between the last checkpoint and our own record.
      if (before.createdAt !== undefined && before.next.length === 0) {
        return ended(before.values as OpsState, operation);
      }
      const input: Parameters<typeof graph.invoke>[0] =
        before.createdAt === undefined
          ? firstState(operation)
          : pending?.id === undefined
            ? null
            : new Command<unknown, never, never>({ resume: { [pending.id]: 'go on' } });
      await graph.invoke(input, config);
      return restOf(await graph.getState(config), operation);
    },
    forget: (operationId) => checkpointer.deleteThread(operationId),
  };
}

function restOf(
  snapshot: {
    values: unknown;
    next: readonly string[];
    tasks: readonly { interrupts: readonly { value?: unknown }[] }[];
  },
  operation: Operation,
): RunEnd {
  const waiting = snapshot.tasks.flatMap(({ interrupts }) => interrupts)[0];
  if (snapshot.next.length === 0 || waiting === undefined) {
    return ended(snapshot.values as OpsState, operation);
  }
  const parked = waiting.value as NonNullable<OpsState['parked']>;
  return {
    kind: 'parked',
    wakeAt: parked.wake_at === null ? null : new Date(parked.wake_at),
    inputRequestId: parked.input_request_id,
  };
}

export function firstState(operation: Operation): Partial<OpsState> {
  return {
    operation_id: operation.id,
    kind: operation.kind,
    mode: operation.mode,
    server_to_provision: operation.serverHandle,
    is_incident_recovery: false,
    attempt: 0,
  };
}

function ended(state: OpsState, operation: Operation): RunEnd {
  const { failure, provisioning_result: result } = state;
  if (failure === null && result?.status === 'success') {
    return {
      kind: 'ended',
      status: 'succeeded',
      attempt: state.attempt,
      error: null,
      notification: notification('server_ready', 'success', state, operation, {}),
    };
  }
  // A thread that ends without a failure and without a result has lost a step: never a success.
  const error = failure ?? {
    step: null,
    code: 'internal' as const,
    message: 'The plan ended without a result.',
    hint: null,
  };
  const status: TerminalStatus =
    error.code === 'cancelled' || error.code === 'superseded' ? error.code : 'failed';
  const facts = { step: error.step ?? 'intake', reason: error.message, hint: error.hint ?? '' };
  return {
    kind: 'ended',
    status,
    attempt: state.attempt,
    error: { code: error.code, message: error.message, hint: error.hint, step: error.step },
    notification:
      status === 'superseded'
        ? null
        : status === 'cancelled'
          ? notification('operation_cancelled', 'warning', state, operation, facts)
          : notification('provisioning_failed', 'error', state, operation, facts),
  };
}

function notification(
  kind: Notification['kind'],
  severity: Notification['severity'],
  state: OpsState,
  operation: Operation,
  params: Readonly<Record<string, string | number>>,
): Notification {
  return {
    dedupeKey: `${operation.id}:end`,
    severity,
    kind,
    params: { server: operation.serverHandle, attempt: state.attempt, ...params },
    serverHandle: operation.serverHandle,
    operationId: operation.id,
  };
}
