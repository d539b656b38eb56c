import type { ChatOrder, NewChatOrder } from '#domain/chat-order.ts';
import type { ChatOrderRepository } from '#domain/repositories.ts';
import type { ChatOrder as Row } from '#generated/prisma/client.ts';
import { isUniqueViolation } from './database-errors.ts';
import type { RepositoryDeps } from './deps.ts';

/** Beside the arguments stands which update decided: a repetition of that one goes on. */
interface Stored {
  readonly arguments: Readonly<Record<string, string>>;
  readonly update?: number;
}

const toOrder = (row: Row): ChatOrder => ({
  ...{ id: row.id, verb: row.verb, target: row.target, askedBy: row.askedBy },
  arguments: (row.arguments as unknown as Stored).arguments,
  ...{ chatId: row.chatId, threadId: row.threadId, factsHash: row.factsHash },
  ...{ status: row.status, operationId: row.operationId },
  ...{ createdAt: row.createdAt, expiresAt: row.expiresAt, decidedAt: row.decidedAt },
});

/** What people were asked to confirm in chats. */
export function createChatOrders({ prisma }: RepositoryDeps): ChatOrderRepository {
  const read = (id: string) => prisma.chatOrder.findUnique({ where: { id } });
  return {
    async ask({ arguments: args, ...order }: NewChatOrder) {
      const before = await read(order.id);
      if (before) return toOrder(before);
      try {
        return toOrder(
          await prisma.chatOrder.create({ data: { ...order, arguments: { arguments: args } } }),
        );
      } catch (error) {
        const other = isUniqueViolation(error) ? await read(order.id) : null;
        if (!other) throw error;
        return toOrder(other);
      }
    },

    async find(id) {
      const row = await read(id);
      return row && toOrder(row);
    },

    async decide(id, to, updateId, at) {
      const count = await prisma.$executeRaw`
        UPDATE chat_order
           SET status = ${to}::chat_order_status, decided_at = ${at}::timestamptz,
               arguments = arguments || jsonb_build_object('update', ${updateId}::bigint)
         WHERE id = ${id} AND status = 'asked'
           AND (${to} <> 'confirmed' OR expires_at > ${at}::timestamptz)`;
      if (count > 0) return true;
      const row = await read(id);
      return row?.status === to && (row.arguments as unknown as Stored).update === updateId;
    },

    async started(id, operationId) {
      await prisma.chatOrder.update({ where: { id }, data: { operationId } });
    },

    async prune(before) {
      const { count } = await prisma.chatOrder.deleteMany({ where: { expiresAt: { lt: before } } });
      return count;
    },
  };
}
