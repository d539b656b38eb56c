import { type BaseCheckpointSaver, Command } from '@langchain/langgraph';
import type { GraphRunner, RunEnd } from '#domain/graph-run.ts';
import type { Notification } from '#domain/notification.ts';
import type { Operation, TerminalStatus } from '#domain/operation.ts';
import { addressOf } from '#domain/server.ts';
import type { OpsState } from '#domain/state.ts';
import { buildGraph, graphVersion, type NodeDeps } from './build.ts';
import { type RecoveryEndDeps, recoveryEnd } from './recovery-end.ts';
import type { StepRuntime } from './step-runtime.ts';

/** More supersteps than any honest thread takes: every step, its waits and undos, at each attempt. */
const RECURSION_LIMIT = 500;

export interface RunnerDeps {
  readonly nodes: Omit<NodeDeps, 'take'> & RecoveryEndDeps;
  readonly runtime: Omit<StepRuntime, 'limits'>;
  readonly checkpointer: BaseCheckpointSaver;
}

/** Drives one thread: starts it, goes on after a crash, or answers its pending interrupt by id. */
export function createRunner({ nodes, runtime, checkpointer }: RunnerDeps): GraphRunner {
  const factsOf = async ({ serverHandle, startedAt, createdAt }: Operation): Promise<Facts> => {
    const server = await runtime.servers.find(serverHandle);
    const passed = runtime.clock.now().getTime() - (startedAt ?? createdAt).getTime();
    return {
      seconds: Math.round(passed / 1000),
      ip: (server && addressOf(server.connection)) ?? '',
      max: nodes.limits.maxAttempts,
    };
  };
  const endOf = async (state: OpsState, operation: Operation): Promise<RunEnd> =>
    operation.kind === 'recover'
      ? recoveryEnd(state, operation, nodes)
      : ended(state, operation, await factsOf(operation));
  return {
    version: graphVersion(),
    async run(operation, limits) {
      const log = runtime.log.child({
        operation: operation.id,
        server: operation.serverHandle,
        trace: operation.id,
      });
      const rt = { ...runtime, log, limits };
      const graph = buildGraph({ ...nodes, take: limits.take }, rt, checkpointer);
      const config = {
        configurable: { thread_id: operation.id },
        durability: 'sync' as const,
        recursionLimit: RECURSION_LIMIT,
      };
      const before = await graph.getState(config);
      const pending = before.tasks.flatMap(({ interrupts }) => interrupts)[0];
      // Started and ended already: the crash came between the last checkpoint and our own record.
      // `next` is empty also while the last task's writes wait for their checkpoint: tasks are not.
      if (before.createdAt !== undefined && before.tasks.length === 0) {
        return endOf(before.values as OpsState, operation);
      }
      const input: Parameters<typeof graph.invoke>[0] =
        before.createdAt === undefined
          ? firstState(operation)
          : pending?.id === undefined
            ? null
            : new Command<unknown, never, never>({ resume: { [pending.id]: 'go on' } });
      await graph.invoke(input, config);
      const after = await graph.getState(config);
      return parkedOf(after) ?? endOf(after.values as OpsState, operation);
    },
    forget: (operationId) => checkpointer.deleteThread(operationId),
  };
}

function parkedOf(snapshot: {
  next: readonly string[];
  tasks: readonly { interrupts: readonly { value?: unknown }[] }[];
}): RunEnd | null {
  const waiting = snapshot.tasks.flatMap(({ interrupts }) => interrupts)[0];
  if (snapshot.next.length === 0 || waiting === undefined) return null;
  const parked = waiting.value as NonNullable<OpsState['parked']>;
  return {
    kind: 'parked',
    wakeAt: parked.wake_at === null ? null : new Date(parked.wake_at),
    inputRequestId: parked.input_request_id,
    approvalId: parked.approval_id,
  };
}

export function firstState(operation: Operation): Partial<OpsState> {
  return {
    operation_id: operation.id,
    kind: operation.kind,
    mode: operation.mode,
    server_to_provision: operation.serverHandle,
    is_incident_recovery: operation.kind === 'recover',
    incident_id: operation.incidentId,
    attempt: 0,
  };
}

/** What the last message tells beside the outcome. */
interface Facts {
  readonly seconds: number;
  readonly ip: string;
  readonly max: number;
}

function ended(state: OpsState, operation: Operation, facts: Facts): RunEnd {
  const { failure, provisioning_result: result, attempt } = state;
  const tell = (
    kind: Notification['kind'],
    severity: Notification['severity'],
    more: Notification['params'] = {},
  ): Notification => ({
    dedupeKey: `${operation.id}:end`,
    severity,
    kind,
    params: { server: operation.serverHandle, attempt, ...facts, ...more },
    serverHandle: operation.serverHandle,
    operationId: operation.id,
  });
  const reboot = operation.kind === 'reboot';
  const proven = reboot
    ? state.steps['verify-recovery']?.status === 'done'
    : result?.status === 'success';
  if (failure === null && proven) {
    const notification = tell(reboot ? 'server_rebooted' : 'server_ready', 'success');
    return { kind: 'ended', status: 'succeeded', attempt, error: null, notification };
  }
  // A thread that ends without a failure and without a result has lost a step: never a success.
  const { code, message, hint, step } = failure ?? {
    step: null,
    code: 'internal' as const,
    message: 'The plan ended without a result.',
    hint: null,
  };
  const status: TerminalStatus = code === 'cancelled' || code === 'superseded' ? code : 'failed';
  const why = { code, step: step ?? 'intake', reason: message, hint: hint ?? '' };
  return {
    kind: 'ended',
    status,
    attempt,
    error: { code, message, hint, step },
    notification:
      status === 'superseded'
        ? null
        : status === 'cancelled'
          ? tell('operation_cancelled', 'warning', {
              ...why,
              by: operation.stopRequestedBy ?? '',
            })
          : tell(reboot ? 'reboot_failed' : 'provisioning_failed', 'error', why),
  };
}
