import { randomUUID } from 'node:crypto';
import type { Accepted } from '#domain/agent.ts';
import type { Operation, OperationCommand } from '#domain/operation.ts';
import { judge } from '#domain/policy.ts';
import type { Repositories, Take } from '#domain/repositories.ts';
import { aServer } from './a-server.ts';

export type OperationWishes = Partial<Pick<OperationCommand, 'kind' | 'target' | 'by' | 'key'>> & {
  readonly mode?: 'reinstall' | 'reset';
  /** For `recover`. */
  readonly incidentId?: string;
};

export function aCommand(wishes: OperationWishes & { target: string }): OperationCommand {
  const { kind = 'provision', mode = 'reinstall', incidentId = randomUUID(), ...rest } = wishes;
  const common = { by: 'test', key: randomUUID(), ...rest };
  if (kind === 'rebuild') return { kind, mode, ...common };
  return kind === 'recover' ? { kind, incidentId, ...common } : { kind, ...common };
}

/** A request as the agent makes it, judged by the policy. */
export function submit(
  { operations }: Pick<Repositories, 'operations'>,
  wishes: OperationWishes & { target: string },
): Promise<Accepted> {
  const command = aCommand(wishes);
  return operations.accept(command, (server, active) => judge(command, server, active));
}

/** A queued operation (a provisioning unless told), on a new server unless told. */
export async function anOperation(
  repositories: Pick<Repositories, 'servers' | 'operations'>,
  wishes: OperationWishes = {},
): Promise<Operation> {
  const target = wishes.target ?? (await aServer(repositories)).handle;
  return (await submit(repositories, { ...wishes, target })).operation;
}

/** One that a worker has under a fence. */
export async function aTakenOperation(
  repositories: Pick<Repositories, 'servers' | 'operations'>,
  wishes: OperationWishes & { readonly fence?: number } = {},
): Promise<{ operation: Operation; take: Take }> {
  const { fence = 1, ...rest } = wishes;
  const { id } = await anOperation(repositories, rest);
  const operation = await repositories.operations.take(id, fence, 'v1', 3000);
  return { operation, take: { operationId: id, fence } };
}
