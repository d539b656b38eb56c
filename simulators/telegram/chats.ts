import type { Chat } from './model.ts';
import { type ApiError, bad, forbidden } from './refusals.ts';

/** What people and admins of groups did to the bot. */
export interface ChatControl {
  /** The person blocks the bot, or takes that back. */
  block(personId: number, blocked?: boolean): void;
  /** The person's account is gone. */
  deactivate(personId: number): void;
  /** The bot is thrown out of a group, or let in again. */
  kick(chatId: number, kicked?: boolean): void;
  /** From then on the group is a forum, and only topics that were named here exist. */
  topic(chatId: number, threadId: number, state: TopicState): void;
}
export type TopicState = 'open' | 'closed' | 'deleted';

export interface Chats extends ChatControl {
  /** The chat as it was last seen; one that nobody spoke in yet is guessed from its id. */
  find(id: number): Chat;
  note(chat: Chat): void;
  /** From then on the old id answers with the new one. */
  move(from: number, to: number): void;
  /** Why Telegram refuses what the bot wants to say there; null: it takes it. */
  refusal(id: number, threadId: number | undefined): ApiError | null;
}

export function createChats(): Chats {
  const known = new Map<number, Chat>();
  const blocked = new Set<number>();
  const deactivated = new Set<number>();
  const kicked = new Set<number>();
  const moved = new Map<number, number>();
  const topics = new Map<number, Map<number, TopicState>>();
  const put = (set: Set<number>, id: number, there: boolean) =>
    void (there ? set.add(id) : set.delete(id));
  const guessed = (id: number): Chat => ({ id, type: id < 0 ? 'supergroup' : 'private' });
  const find = (id: number): Chat => known.get(id) ?? guessed(id);

  return {
    find,
    note: (chat) => void known.set(chat.id, { ...known.get(chat.id), ...chat }),
    block: (id, there = true) => put(blocked, id, there),
    deactivate: (id) => put(deactivated, id, true),
    kick: (id, there = true) => put(kicked, id, there),
    topic(id, thread, state) {
      known.set(id, { ...find(id), is_forum: true });
      const there = topics.get(id) ?? new Map<number, TopicState>();
      topics.set(id, there.set(thread, state));
    },
    move: (from, to) => void moved.set(from, to),
    refusal(id, threadId) {
      if (!Number.isFinite(id) || id === 0) return bad('chat not found');
      const to = moved.get(id);
      if (to !== undefined) {
        return {
          ...bad('group chat was upgraded to a supergroup chat'),
          parameters: { migrate_to_chat_id: to },
        };
      }
      if (deactivated.has(id)) return forbidden('user is deactivated');
      if (blocked.has(id)) return forbidden('bot was blocked by the user');
      if (kicked.has(id)) return forbidden(`bot was kicked from the ${find(id).type} chat`);
      const topic = threadId === undefined ? 'open' : topics.get(id)?.get(threadId);
      if (topic === 'closed') return bad('TOPIC_CLOSED');
      if (topic === 'deleted' || (topic === undefined && topics.has(id))) {
        return bad('message thread not found');
      }
      return null;
    },
  };
}
