import type { GraphRunner } from '#domain/graph-run.ts';
import { isTerminal } from '#domain/operation.ts';
import type { OperationRepository } from '#domain/repositories.ts';

/**
 * Drops the checkpoints of threads that have ended: a worker does so itself at an operation's end,
 * but may be killed just before.
 */
export const createPrune =
  ({
    operations,
    runner,
    threads,
  }: {
    operations: Pick<OperationRepository, 'find'>;
    runner: Pick<GraphRunner, 'forget'>;
    threads: () => Promise<readonly string[]>;
  }) =>
  async (): Promise<void> => {
    for (const id of await threads()) {
      const operation = await operations.find(id);
      if (operation === null || isTerminal(operation.status)) await runner.forget(id);
    }
  };
