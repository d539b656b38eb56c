import { CannotParse, parseHtml } from './html.ts';
import type { Message, ReplyMarkup } from './model.ts';
import { type Answer, bad, type Method, type Payload } from './refusals.ts';
import { BOT, keyOf, type World } from './world.ts';

export const TEXT_LIMIT = 4096;
export const CAPTION_LIMIT = 1024;
/** Nobody deletes for everybody what is older. */
const DELETABLE_MS = 48 * 3_600_000;
const UNCHANGED =
  'message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message';

interface Words {
  readonly text: string;
  readonly entities: Message['entities'];
}

/** What the bot shows: messages, documents, their edits and their end. */
export function messageMethods(world: World, now: () => number): Record<string, Method> {
  const { chats } = world;

  /** Where it would stand, and what it answers; or why Telegram does not take it. */
  function placed(payload: Payload): Answer | Pick<Message, 'chat'> {
    const id = Number(payload.chat_id);
    const thread = numberOf(payload.message_thread_id);
    const error = chats.refusal(id, thread);
    if (error) return { error };
    const reply = payload.reply_parameters as
      | { message_id?: number; allow_sending_without_reply?: boolean }
      | undefined;
    const replied = reply && world.messages.get(keyOf(id, reply.message_id));
    if (reply && !replied && reply.allow_sending_without_reply !== true) {
      return { error: bad('message to be replied not found') };
    }
    return {
      chat: chats.find(id),
      ...(replied && { reply_to_message: replied }),
      ...(thread !== undefined && { message_thread_id: thread, is_topic_message: true as const }),
    };
  }

  function send(payload: Payload, content: Answer | Omit<Message, 'message_id' | 'chat' | 'date'>) {
    const place = placed(payload);
    if (isAnswer(place)) return place;
    if (isAnswer(content)) return content;
    return { result: world.write({ from: BOT, ...place, ...content, ...markupOf(payload) }) };
  }

  function edit(payload: Payload, change: (before: Message) => Answer | Partial<Message>): Answer {
    const id = Number(payload.chat_id);
    const error = chats.refusal(id, undefined);
    if (error) return { error };
    const before = world.messages.get(keyOf(id, payload.message_id));
    if (!before) return { error: bad('message to edit not found') };
    if (before.from?.id !== BOT.id) return { error: bad("message can't be edited") };
    const changed = change(before);
    if (isAnswer(changed)) return changed;
    const { reply_markup: _, ...rest } = before;
    const after = { ...rest, ...changed, ...markupOf(payload) };
    if (looks(after) === looks(before)) return { error: bad(UNCHANGED) };
    return { result: world.write(after, before.message_id) };
  }

  return {
    sendMessage: (payload) =>
      send(payload, read(payload.text, payload.parse_mode, TEXT_LIMIT, 'message text is empty')),
    sendDocument(payload) {
      const file = payload.document as { file_name?: string; content?: string } | undefined;
      if (file?.content === undefined) {
        return { error: bad('there is no document in the request') };
      }
      if (file.content === '') return { error: bad('file must be non-empty') };
      const words = read(payload.caption ?? '', payload.parse_mode, CAPTION_LIMIT, null);
      if (isAnswer(words)) return words;
      const document = {
        file_id: `file-${now()}`,
        file_name: file.file_name ?? 'file',
        content: file.content,
      };
      return send(payload, { text: '', document, ...captionOf(words) });
    },
    editMessageText: (payload) =>
      edit(payload, (before) =>
        before.document
          ? { error: bad('there is no text in the message to edit') }
          : read(payload.text, payload.parse_mode, TEXT_LIMIT, 'message text is empty'),
      ),
    editMessageCaption: (payload) =>
      edit(payload, (before) => {
        if (!before.document) return { error: bad('there is no caption in the message to edit') };
        const words = read(payload.caption ?? '', payload.parse_mode, CAPTION_LIMIT, null);
        return isAnswer(words) ? words : captionOf(words);
      }),
    editMessageReplyMarkup: (payload) => edit(payload, () => ({})),
    sendChatAction(payload) {
      const error = chats.refusal(Number(payload.chat_id), numberOf(payload.message_thread_id));
      return error ? { error } : { result: true };
    },
    deleteMessage(payload) {
      const id = Number(payload.chat_id);
      const error = chats.refusal(id, undefined);
      if (error) return { error };
      const before = world.messages.get(keyOf(id, payload.message_id));
      if (!before) return { error: bad('message to delete not found') };
      if (now() - before.date * 1000 > DELETABLE_MS) {
        return { error: bad("message can't be deleted for everyone") };
      }
      world.remove(id, before.message_id);
      return { result: true };
    },
  };
}

const isAnswer = (value: object): value is Answer => 'error' in value;
const numberOf = (value: unknown): number | undefined =>
  value === undefined ? undefined : Number(value);

function markupOf(payload: Payload): { reply_markup?: ReplyMarkup } {
  const markup = payload.reply_markup as ReplyMarkup | undefined;
  return markup ? { reply_markup: markup } : {};
}

const captionOf = ({ text, entities }: Words): Partial<Message> => ({
  ...(text !== '' && { caption: text }),
  ...(entities?.length && { caption_entities: entities }),
});

/** All that a reader sees of it. */
const looks = (message: Message): string => {
  const { text, entities, caption, caption_entities: more, reply_markup: markup } = message;
  return JSON.stringify([text, entities ?? [], caption ?? '', more ?? [], markup ?? null]);
};

function read(source: unknown, mode: unknown, limit: number, empty: string | null) {
  let words: Words = { text: String(source ?? ''), entities: undefined };
  try {
    if (mode === 'HTML') words = parseHtml(words.text);
  } catch (error) {
    if (error instanceof CannotParse) return { error: bad(error.message) };
    throw error;
  }
  const text = words.text.trim();
  if (text === '' && empty !== null) return { error: bad(empty) };
  if (text.length > limit) {
    const what = limit === TEXT_LIMIT ? 'message is too long' : 'message caption is too long';
    return { error: bad(what) };
  }
  return { text, entities: words.entities?.length ? words.entities : undefined };
}
