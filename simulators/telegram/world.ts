import { type ChatControl, type Chats, createChats } from './chats.ts';
import type { Chat, ChatEvent, Message, Person, Update } from './model.ts';

export const BOT: Person = {
  id: 1_000_000_001,
  is_bot: true,
  first_name: 'Zavhoz',
  username: 'zavhoz_bot',
};

type Extra = Partial<
  Pick<
    Message,
    'reply_to_message' | 'sender_chat' | 'message_thread_id' | 'is_topic_message' | 'date'
  >
>;

/** Chats, their messages and the queue of updates, as Telegram would keep them. */
export interface World {
  readonly messages: Map<string, Message>;
  readonly queue: Update[];
  readonly chats: ChatControl & Pick<Chats, 'find' | 'refusal'>;
  /** Taps and when they were made, by the id that answers them. */
  readonly taps: ReadonlyMap<string, number>;
  /** A group becomes a supergroup: service messages in both, and its old id answers no more. */
  migrate(from: number, to: number): void;
  /** A person writes; returns the message. */
  say(from: Person, text: string, extra?: Extra & { readonly chat?: Chat }): Message;
  /** A person taps a button by its data, or by its text. */
  tap(from: Person, message: Message, button: string): void;
  /** Puts an update into the queue as it is (redelivery, odd ids). */
  push(update: Omit<Update, 'update_id'> & { readonly update_id?: number }): Update;
  /** Messages that stand in a chat now, oldest first. */
  screen(chatId: number): readonly Message[];
  /** As the bot writes; `id` edits. */
  write(message: Omit<Message, 'message_id' | 'date'>, id?: number): Message;
  remove(chatId: number, messageId: number): boolean;
  toast(text: string): void;
  subscribe(listener: (event: ChatEvent) => void): () => void;
  /** Resolves when the queue may have changed, or on abort or after `ms`. */
  changed(ms: number, signal: AbortSignal): Promise<void>;
}

/** In whose name the admins of a group speak when they hide theirs. */
export const GROUP_ANONYMOUS_BOT: Person = {
  id: 1_087_968_824,
  is_bot: true,
  first_name: 'Group',
  username: 'GroupAnonymousBot',
};

/** In a forum whatever answers nothing answers the message that opened the topic. */
function inTopic(chat: Chat, thread: number | undefined): Partial<Message> {
  if (thread === undefined || !chat.is_forum) return {};
  const opening: Message = {
    message_id: thread,
    chat,
    date: 0,
    text: '',
    message_thread_id: thread,
    is_topic_message: true,
    forum_topic_created: { name: `topic ${thread}`, icon_color: 7_322_096 },
  };
  return { is_topic_message: true, reply_to_message: opening };
}

/** An object as it goes over the wire: without the empty text of documents and service messages. */
export const overWire = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (name, inner: unknown) =>
      name === 'text' && inner === '' ? undefined : inner,
    ),
  );

export const keyOf = (chatId: unknown, messageId: unknown) => `${chatId}/${messageId}`;

export function createWorld(now: () => number, firstUpdate = 700_000_001): World {
  const messages = new Map<string, Message>();
  const queue: Update[] = [];
  const chats = createChats();
  const taps = new Map<string, number>();
  const listeners = new Set<(event: ChatEvent) => void>();
  const sleepers = new Set<() => void>();
  let nextMessage = 1;
  let nextUpdate = firstUpdate;
  let nextTap = 1;
  const emit = (event: ChatEvent) => {
    for (const listener of listeners) listener(event);
  };
  const seconds = () => Math.floor(now() / 1000);

  const world: World = {
    messages,
    queue,
    chats,
    taps,
    migrate(from, to) {
      const { title } = chats.find(from);
      chats.move(from, to);
      chats.note({ id: to, type: 'supergroup', ...(title !== undefined && { title }) });
      for (const [id, fact] of [
        [from, { migrate_to_chat_id: to }],
        [to, { migrate_from_chat_id: from }],
      ] as const) {
        const service = { message_id: nextMessage++, chat: chats.find(id), date: seconds() };
        world.push({ message: { ...service, text: '', from: GROUP_ANONYMOUS_BOT, ...fact } });
      }
    },
    say(from, text, { chat: given, ...extra } = {}) {
      const { id, ...rest } = given ?? {
        ...{ id: from.id, type: 'private' as const, first_name: from.first_name },
      };
      chats.note({ id, ...rest });
      const chat = chats.find(id);
      const message: Message = {
        message_id: nextMessage++,
        from,
        chat,
        date: seconds(),
        text,
        ...commandEntity(text),
        ...inTopic(chat, extra.message_thread_id),
        ...extra,
      };
      messages.set(keyOf(message.chat.id, message.message_id), message);
      world.push({ message });
      return message;
    },
    tap(from, message, button) {
      const current = messages.get(keyOf(message.chat.id, message.message_id)) ?? message;
      const found = current.reply_markup?.inline_keyboard
        ?.flat()
        .find((b) => b.callback_data === button || b.text === button);
      if (!found?.callback_data) throw new Error(`No button "${button}" on that message.`);
      const id = String(nextTap++);
      taps.set(id, now());
      world.push({
        callback_query: {
          id,
          from,
          message: current,
          chat_instance: String(current.chat.id),
          data: found.callback_data,
        },
      });
    },
    push(update) {
      const stored: Update = { ...update, update_id: update.update_id ?? nextUpdate++ };
      const tap = stored.callback_query?.id;
      // What Telegram hands out it also lets be answered.
      if (tap !== undefined && !taps.has(tap)) taps.set(tap, now());
      queue.push(stored);
      for (const wake of [...sleepers]) wake();
      return stored;
    },
    screen: (chatId) => [...messages.values()].filter((m) => m.chat.id === chatId),
    write(message, id) {
      const before = id === undefined ? undefined : messages.get(keyOf(message.chat.id, id));
      const written: Message = {
        ...message,
        message_id: before?.message_id ?? nextMessage++,
        date: before?.date ?? seconds(),
        ...(before && { edit_date: seconds() }),
      };
      messages.set(keyOf(message.chat.id, written.message_id), written);
      emit({ type: before ? 'edit' : 'message', message: written });
      return written;
    },
    remove(chatId, messageId) {
      const existed = messages.delete(keyOf(chatId, messageId));
      if (existed) emit({ type: 'delete', chatId, messageId });
      return existed;
    },
    toast: (text) => emit({ type: 'toast', text }),
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    changed: (ms, signal) =>
      new Promise((resolve) => {
        const wake = () => {
          clearTimeout(timer);
          sleepers.delete(wake);
          signal.removeEventListener('abort', wake);
          resolve();
        };
        const timer = setTimeout(wake, ms);
        sleepers.add(wake);
        signal.addEventListener('abort', wake, { once: true });
      }),
  };
  return world;
}

function commandEntity(text: string): { entities?: Message['entities'] } {
  const length = /^\/\w+(@\w+)?/.exec(text)?.[0].length;
  // The client marks commands; Telegraf reads them by this entity.
  return length ? { entities: [{ type: 'bot_command', offset: 0, length }] } : {};
}
