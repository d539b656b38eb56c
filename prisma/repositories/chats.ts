import type { ChatRepository } from '#domain/repositories.ts';
import type { RepositoryDeps } from './deps.ts';

export function createChats({ prisma }: RepositoryDeps): ChatRepository {
  return {
    migrate: (from, to) =>
      prisma.$transaction(async (tx) => {
        if (from === to) return;
        // Where the new id has the same already, the old row has nothing to add.
        await tx.$executeRaw`
          UPDATE chat o SET chat_id = ${to} WHERE chat_id = ${from} AND NOT EXISTS (
            SELECT 1 FROM chat n WHERE n.chat_id = ${to} AND n.thread_id = o.thread_id)`;
        await tx.$executeRaw`
          UPDATE subscription o SET chat_id = ${to} WHERE chat_id = ${from} AND NOT EXISTS (
            SELECT 1 FROM subscription n WHERE n.chat_id = ${to} AND n.thread_id = o.thread_id
               AND n.scope = o.scope AND n.target = o.target)`;
        await tx.$executeRaw`
          UPDATE preference o SET chat_id = ${to} WHERE chat_id = ${from} AND NOT EXISTS (
            SELECT 1 FROM preference n WHERE n.chat_id = ${to} AND n.thread_id = o.thread_id)`;
        await tx.$executeRaw`
          UPDATE chat_mute o SET chat_id = ${to} WHERE chat_id = ${from} AND NOT EXISTS (
            SELECT 1 FROM chat_mute n WHERE n.chat_id = ${to} AND n.thread_id = o.thread_id
               AND n.incident_id = o.incident_id)`;
        await tx.$executeRaw`
          UPDATE notification_outbox o SET receiver = ${to}
           WHERE channel = 'telegram' AND receiver = ${from} AND NOT EXISTS (
            SELECT 1 FROM notification_outbox n WHERE n.receiver = ${to}
               AND n.channel = o.channel AND n.thread_id = o.thread_id
               AND n.dedupe_key = o.dedupe_key)`;
        await tx.chatOrder.updateMany({ where: { chatId: from }, data: { chatId: to } });
        const old = { where: { chatId: from } };
        await tx.chat.deleteMany(old);
        await tx.subscription.deleteMany(old);
        await tx.preference.deleteMany(old);
        await tx.chatMute.deleteMany(old);
        // A supergroup numbers its messages anew: the old number may be another message there. The
        // next news of the subject writes a new card.
        await tx.chatCard.deleteMany(old);
      }),
  };
}
