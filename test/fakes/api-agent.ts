import type { Accepted, Agent } from '#domain/agent.ts';
import { OpsError } from '#domain/errors.ts';
import { isTerminal, type OperationCommand } from '#domain/operation.ts';
import { judge } from '#domain/policy.ts';
import type { InputRequestRepository, ServerRepository } from '#domain/repositories.ts';
import { type ApiOperations, apiOperation } from './api-operations.ts';
import type { MemoryFleet } from './memory-fleet.ts';

export interface ApiAgent extends Agent {
  readonly commands: OperationCommand[];
  readonly secrets: (string | null)[];
  /** Runs before a command is taken; may wait, or throw as a lost database does. */
  before: (command: OperationCommand) => Promise<void>;
}

/** The agent's door with the real policy, over the in-memory repositories. */
export function apiAgent(deps: {
  servers: ServerRepository;
  operations: ApiOperations;
  inputs: InputRequestRepository;
  fleet: MemoryFleet;
}): ApiAgent {
  const { servers, operations, inputs, fleet } = deps;
  const byKey = new Map<string, string>();
  const submit = async (command: OperationCommand): Promise<Accepted> => {
    await agent.before(command);
    agent.commands.push(command);
    const known = byKey.get(command.key);
    if (known) return { operation: await operations.require(known), outcome: 'replayed' };
    const server = await servers.require(command.target);
    const verdict = await agent.foresee(command);
    if (verdict.verdict === 'join') return { operation: verdict.operation, outcome: 'joined' };
    const rebuild = command.kind === 'rebuild';
    const to = rebuild ? 'force_rebuild' : 'pending_setup';
    const moves = rebuild || command.kind === 'provision';
    if (moves && server.status !== to)
      await servers.transition(server.handle, to, 'human', command.by);
    const operation = operations.put(
      apiOperation({
        kind: command.kind,
        mode: rebuild ? command.mode : null,
        serverHandle: server.handle,
        status: 'queued',
        requestedBy: command.by,
        key: command.key,
        incidentId: command.kind === 'recover' ? command.incidentId : null,
        notBefore: command.delaySeconds ? new Date(Date.now() + command.delaySeconds * 1000) : null,
        percent: 0,
      }),
    );
    byKey.set(command.key, operation.id);
    return { operation, outcome: 'created' };
  };
  const agent: ApiAgent = {
    commands: [],
    secrets: [],
    before: async () => undefined,
    submit,
    async foresee(command) {
      const server = await servers.require(command.target);
      const all = await operations.list({ serverHandle: server.handle }, { offset: 0, limit: 100 });
      return judge(command, server, all.items.find((o) => !isTerminal(o.status)) ?? null);
    },
    async changeStatus({ target, to, rebuild, by, key }) {
      if (to === 'force_rebuild' || to === 'pending_setup') {
        const accepted = await submit(
          to === 'force_rebuild'
            ? { kind: 'rebuild', mode: rebuild, target, by, key }
            : { kind: 'provision', target, by, key },
        );
        return { server: await servers.require(target), accepted };
      }
      return { server: await servers.transition(target, to, 'human', by), accepted: null };
    },
    async previewRebuild(target, mode) {
      await servers.require(target);
      return [`${mode} ${target}`];
    },
    async cancel(id, by) {
      const operation = await operations.require(id);
      if (isTerminal(operation.status)) throw new OpsError('conflict', 'It has ended.');
      return operations.put({ ...operation, stopRequested: 'cancel', stopRequestedBy: by });
    },
    async answer(id, by, secret) {
      agent.secrets.push(secret?.reveal() ?? null);
      return inputs.answer(id, by, secret);
    },
    decline: (id, by) => inputs.decline(id, by),
    decide: fleet.decide,
    freeze: fleet.freeze,
    rearm: fleet.rearm,
    fleet: fleet.fleet,
  };
  return agent;
}
