import { randomUUID } from 'node:crypto';
import type { Operation, OperationCommand } from '#domain/operation.ts';
import { judge } from '#domain/policy.ts';
import type { Repositories, Take } from '#domain/repositories.ts';
import { aServer } from './a-server.ts';

export type OperationWishes = Partial<Pick<OperationCommand, 'kind' | 'target' | 'by' | 'key'>> & {
  readonly mode?: 'reinstall' | 'reset';
};

export function aCommand(wishes: OperationWishes & { target: string }): OperationCommand {
  const { kind = 'provision', mode = 'reinstall', ...rest } = wishes;
  const common = { by: 'test', key: randomUUID(), ...rest };
  return kind === 'rebuild' ? { kind, mode, ...common } : { kind, ...common };
}

/** A queued operation (a provisioning unless told), on a new server unless told. */
export async function anOperation(
  repositories: Pick<Repositories, 'servers' | 'operations'>,
  wishes: OperationWishes = {},
): Promise<Operation> {
  const target = wishes.target ?? (await aServer(repositories)).handle;
  const accepted = await repositories.operations.accept(aCommand({ ...wishes, target }), judge);
  return accepted.operation;
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
