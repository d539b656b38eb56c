import type { GraphRunner } from '#domain/graph-run.ts';
import { isTerminal } from '#domain/operation.ts';
import type { Clock } from '#domain/ports.ts';
import type { ChatOrderRepository, OperationRepository } from '#domain/repositories.ts';

/** Questions of the chat are kept so long after their time: an old button still gets its answer. */
const KEEP_ORDERS_MS = 7 * 86_400_000;

/**
 * Drops the checkpoints of threads that have ended (a worker does so itself at an operation's end,
 * but may be killed just before), and old questions of the chat.
 */
export const createPrune =
  ({
    operations,
    chatOrders,
    runner,
    threads,
    clock,
  }: {
    chatOrders: Pick<ChatOrderRepository, 'prune'>;
    clock: Pick<Clock, 'now'>;
    operations: Pick<OperationRepository, 'find'>;
    runner: Pick<GraphRunner, 'forget'>;
    threads: () => Promise<readonly string[]>;
  }) =>
  async (): Promise<void> => {
    for (const id of await threads()) {
      const operation = await operations.find(id);
      if (operation === null || isTerminal(operation.status)) await runner.forget(id);
    }
    await chatOrders.prune(new Date(clock.now().getTime() - KEEP_ORDERS_MS));
  };
