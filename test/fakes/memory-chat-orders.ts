import type { ChatOrder } from '#domain/chat-order.ts';
import type { ChatOrderRepository } from '#domain/repositories.ts';

export interface MemoryChatOrders extends ChatOrderRepository {
  readonly rows: Map<string, ChatOrder>;
}

/** The promises of the repository of chat orders, in memory. */
export function memoryChatOrders(): MemoryChatOrders {
  const rows = new Map<string, ChatOrder>();
  const deciders = new Map<string, number>();
  return {
    rows,
    async ask(order) {
      const row = rows.get(order.id) ?? {
        ...order,
        ...{ status: 'asked' as const, operationId: null, decidedAt: null },
      };
      rows.set(row.id, row);
      return row;
    },
    find: async (id) => rows.get(id) ?? null,
    async decide(id, to, updateId, at) {
      const row = rows.get(id);
      if (!row) return false;
      const open = row.status === 'asked' && (to !== 'confirmed' || row.expiresAt > at);
      if (!open) return row.status === to && deciders.get(id) === updateId;
      rows.set(id, { ...row, status: to, decidedAt: at });
      deciders.set(id, updateId);
      return true;
    },
    async started(id, operationId) {
      const row = rows.get(id);
      if (row) rows.set(id, { ...row, operationId });
    },
    async prune(before) {
      const old = [...rows.values()].filter(({ expiresAt }) => expiresAt < before);
      for (const { id } of old) rows.delete(id);
      return old.length;
    },
  };
}
