import type { Accepted, Agent } from '#domain/agent.ts';
import { OpsError, toOpsError } from '#domain/errors.ts';
import { isTerminal, type Operation, type OperationCommand } from '#domain/operation.ts';
import { assertChangeable, judge, type OwnPlace } from '#domain/policy.ts';
import type { Clock, Doorbell, Logger } from '#domain/ports.ts';
import type {
  ApprovalRepository,
  FleetRepository,
  GroupRepository,
  IncidentRepository,
  InputRequestRepository,
  OperationRepository,
  OutboxRepository,
  ServerRepository,
} from '#domain/repositories.ts';
import { createFleetWords } from './fleet-words.ts';
import { previewRebuild } from './preview.ts';

export interface AgentDeps {
  readonly operations: OperationRepository;
  readonly servers: ServerRepository;
  readonly inputs: InputRequestRepository;
  readonly approvals: ApprovalRepository;
  readonly fleet: FleetRepository;
  readonly groups: Pick<GroupRepository, 'require'>;
  readonly incidents: Pick<IncidentRepository, 'list' | 'update'>;
  readonly outbox: OutboxRepository;
  readonly doorbell: Doorbell;
  readonly clock: Clock;
  readonly log: Logger;
  readonly own: OwnPlace;
}

/** A wake-up that comes too early is lost until the next sweep; a little late it costs nothing. */
const RING_LATE_MS = 250;

const ACTIVE = ['queued', 'running', 'waiting'] as const;

/** A row first, a job second: what the queue loses, the sweeper rings again. */
export function createAgent(deps: AgentDeps): Agent {
  const { operations, servers, inputs, approvals, doorbell, log, own } = deps;
  const ring = (operation: Operation, delaySeconds = 0) => {
    const delayMs = delaySeconds === 0 ? 0 : delaySeconds * 1000 + RING_LATE_MS;
    doorbell.ring(operation, delayMs).catch((error: unknown) => {
      log.warn(
        { operation: operation.id, error: toOpsError(error).message },
        'the queue did not take the wake-up',
      );
    });
  };
  const ringFor = async (operationId: string) => ring(await operations.require(operationId));

  const submit = async (command: OperationCommand): Promise<Accepted> => {
    const accepted = await operations.accept(command, (server, active) =>
      judge(command, server, active, own),
    );
    const { id: operation, kind } = accepted.operation;
    log.info(
      {
        operation,
        trace: operation,
        kind,
        server: command.target,
        by: command.by,
        key: command.key,
        outcome: accepted.outcome,
      },
      'order accepted',
    );
    if (accepted.outcome === 'created') ring(accepted.operation, command.delaySeconds);
    return accepted;
  };

  /** What nobody has begun ends here and now: its wake-up may lie half a minute ahead. */
  const stop = async (operationId: string, by: string): Promise<Operation> => {
    const stopped = await operations.requestStop(operationId, 'cancel', by);
    const untaken = stopped.status === 'queued' && stopped.stopRequested === 'cancel';
    if (untaken && (await operations.finishUntaken(operationId, 'cancelled', null))) {
      return operations.require(operationId);
    }
    ring(stopped);
    return stopped;
  };

  const stopActive = async (handle: string, by: string) => {
    const { items } = await operations.list(
      { serverHandle: handle, status: ACTIVE },
      { offset: 0, limit: 10 },
    );
    for (const operation of items) await stop(operation.id, by);
  };

  return {
    submit,
    async foresee(command) {
      const server = await servers.require(command.target);
      const { items } = await operations.list(
        { serverHandle: server.handle, status: ACTIVE },
        { offset: 0, limit: 10 },
      );
      const active = items.find(({ stopRequested }) => stopRequested === null) ?? null;
      return judge(command, server, active, own);
    },
    ...createFleetWords(deps, ring),
    async decide(approvalId, decision, by, note) {
      const approval = await approvals.decide(approvalId, decision, by, note ?? null);
      await ringFor(approval.operationId);
      return approval;
    },
    async changeStatus({ target, to, rebuild, by, key }) {
      if (to === 'force_rebuild') {
        const accepted = await submit({ kind: 'rebuild', mode: rebuild, target, by, key });
        return { server: await servers.require(target), accepted };
      }
      if (to === 'pending_setup') {
        const accepted = await submit({ kind: 'provision', target, by, key });
        return { server: await servers.require(target), accepted };
      }
      const server = await servers.transition(target, to, 'human', by);
      if (to === 'reserved' || to === 'decommissioned') await stopActive(target, by);
      return { server, accepted: null };
    },
    async previewRebuild(target, mode) {
      const server = await servers.require(target);
      assertChangeable(server, own);
      return previewRebuild(server, mode);
    },
    async cancel(operationId, by) {
      const operation = await operations.require(operationId);
      if (isTerminal(operation.status)) {
        throw new OpsError('conflict', `Operation ${operationId} has ended: ${operation.status}.`, {
          details: { status: operation.status },
        });
      }
      return stop(operationId, by);
    },
    async answer(requestId, by, secret) {
      const request = await inputs.answer(requestId, by, secret);
      await ringFor(request.operationId);
      return request;
    },
    async decline(requestId, by) {
      const request = await inputs.decline(requestId, by);
      await ringFor(request.operationId);
      return request;
    },
  };
}
