import type { Agent } from '#domain/agent.ts';
import { OpsError } from '#domain/errors.ts';
import type { InputRequest } from '#domain/input-request.ts';
import { isTerminal, type Operation, type OperationCommand } from '#domain/operation.ts';
import { judge } from '#domain/policy.ts';
import type { Server } from '#domain/server.ts';
import { chatOperation } from '#test/builders/chat-entities.ts';
import type { MemoryFleet } from './memory-fleet.ts';

export interface ChatAgent extends Agent {
  readonly commands: OperationCommand[];
  /** Secrets as they arrived, by request. */
  readonly answers: Map<string, string | null>;
  readonly declined: string[];
  /** Thrown by the next calls of `submit`, one each. */
  readonly failures: Error[];
}

/** The agent's promises about keys, in memory, over the lists that the stage shows. */
export function chatAgent(stage: {
  servers: Server[];
  operations: Operation[];
  inputs: InputRequest[];
  fleet: MemoryFleet;
}): ChatAgent {
  const byKey = new Map<string, Operation>();
  const close = (id: string, patch: Partial<InputRequest>): InputRequest => {
    const at = stage.inputs.findIndex((r) => r.id === id && r.status === 'open');
    const open = stage.inputs[at];
    if (!open) throw new OpsError('conflict', 'This question is closed.');
    const closed = { ...open, ...patch };
    stage.inputs[at] = closed;
    return closed;
  };
  const agent: ChatAgent = {
    commands: [],
    answers: new Map(),
    declined: [],
    failures: [],
    async submit(command) {
      const failure = agent.failures.shift();
      if (failure) throw failure;
      agent.commands.push(command);
      const before = byKey.get(command.key);
      if (before) return { operation: before, outcome: 'replayed' };
      const operation = chatOperation({
        kind: command.kind,
        mode: command.kind === 'rebuild' ? command.mode : null,
        serverHandle: command.target,
        key: command.key,
        requestedBy: command.by,
        incidentId: command.kind === 'recover' ? command.incidentId : null,
        notBefore: command.delaySeconds ? new Date(Date.now() + command.delaySeconds * 1000) : null,
      });
      byKey.set(command.key, operation);
      stage.operations.push(operation);
      return { operation, outcome: 'created' };
    },
    async foresee(command) {
      const server = stage.servers.find(({ handle }) => handle === command.target);
      if (!server) throw new OpsError('not_found', `There is no server ${command.target}.`);
      const active = stage.operations.find(
        ({ serverHandle, status }) => serverHandle === command.target && !isTerminal(status),
      );
      return judge(command, server, active ?? null);
    },
    changeStatus: () => Promise.reject(new Error('The bot has no business here.')),
    async previewRebuild(target, mode) {
      return [`${target} is ${mode === 'reset' ? 'reset' : 'reinstalled'} <now> & "for good"`];
    },
    async cancel(id) {
      const at = stage.operations.findIndex((o) => o.id === id);
      const operation = stage.operations[at];
      if (!operation) throw new OpsError('not_found', 'No such operation.');
      const untaken = operation.status === 'queued' ? ({ status: 'cancelled' } as const) : {};
      const stopped: Operation = { ...operation, ...untaken, stopRequested: 'cancel' };
      stage.operations[at] = stopped;
      return stopped;
    },
    async answer(id, by, secret) {
      const answered = close(id, { status: 'answered', answeredBy: by });
      agent.answers.set(id, secret?.reveal() ?? null);
      return answered;
    },
    decide: stage.fleet.decide,
    freeze: stage.fleet.freeze,
    rearm: stage.fleet.rearm,
    fleet: stage.fleet.fleet,
    async decline(id, by) {
      const declined = close(id, { status: 'cancelled', answeredBy: by });
      agent.declined.push(id);
      return declined;
    },
  };
  return agent;
}
