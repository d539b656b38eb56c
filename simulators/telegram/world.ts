import type { Chat, ChatEvent, Message, Person, Update } from './model.ts';

export const BOT: Person = {
  id: 1_000_000_001,
  is_bot: true,
  first_name: 'Zavhoz',
  username: 'zavhoz_bot',
};

type Extra = Partial<
  Pick<Message, 'reply_to_message' | 'sender_chat' | 'message_thread_id' | 'date'>
>;

/** Chats, their messages and the queue of updates, as Telegram would keep them. */
export interface World {
  readonly messages: Map<string, Message>;
  readonly queue: Update[];
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

export const keyOf = (chatId: unknown, messageId: unknown) => `${chatId}/${messageId}`;

export function createWorld(now: () => number, firstUpdate = 700_000_001): World {
  const messages = new Map<string, Message>();
  const queue: Update[] = [];
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
    say(from, text, { chat, ...extra } = {}) {
      const message: Message = {
        message_id: nextMessage++,
        from,
        chat: chat ?? { id: from.id, type: 'private', first_name: from.first_name },
        date: seconds(),
        text,
        ...commandEntity(text),
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
      world.push({
        callback_query: {
          id: String(nextTap++),
          from,
          message: current,
          chat_instance: String(current.chat.id),
          data: found.callback_data,
        },
      });
    },
    push(update) {
      const stored: Update = { ...update, update_id: update.update_id ?? nextUpdate++ };
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
