import type { Reader } from '#domain/following.ts';
import type { Receiver } from '#domain/notification.ts';
import type { Tx } from './deps.ts';

/** Who a chat is: a person's own choices, or those of the group. */
export async function readerOf(tx: Tx, receiver: Receiver): Promise<Reader> {
  const { chatId, threadId } = receiver;
  const at = { chatId_threadId: { chatId, threadId } };
  const preference = await tx.preference.findUnique({ where: at });
  const quiet =
    preference?.quietFrom != null && preference.quietUntil != null
      ? { from: preference.quietFrom, until: preference.quietUntil }
      : null;
  const chosen = { receiver, quiet, digestAt: preference?.digestAt ?? null };
  if (chatId > 0n) {
    const user = await tx.user.findUnique({ where: { telegramId: chatId } });
    return {
      ...chosen,
      language: user?.language ?? user?.languageCode ?? null,
      timeZone: user?.timeZone ?? null,
      role: user?.role ?? null,
    };
  }
  // A topic speaks as its group does, unless it was given a language of its own.
  const chats = await tx.chat.findMany({
    where: { chatId, threadId: { in: [threadId, 0] } },
    orderBy: { threadId: 'desc' },
  });
  return {
    ...chosen,
    language: chats.find((chat) => chat.language !== null)?.language ?? null,
    timeZone: chats.find((chat) => chat.timeZone !== null)?.timeZone ?? null,
    role: null,
  };
}
