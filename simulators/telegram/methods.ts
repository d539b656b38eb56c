import { CannotParse, parseHtml } from './html.ts';
import { createLimitWatch } from './limits.ts';
import type { Chat, Fault, Message, ReplyMarkup, Update } from './model.ts';
import { BOT, keyOf, type World } from './world.ts';

type Payload = Readonly<Record<string, unknown>>;
type ApiError = NonNullable<Fault['error']>;
export type Answer =
  | { readonly result: unknown; readonly error?: undefined }
  | { readonly error: ApiError };

const refuse = (error_code: number, description: string): Answer => ({
  error: { error_code, description },
});
const bad = (text: string) => refuse(400, `Bad Request: ${text}`);
const CONFLICT =
  'Conflict: terminated by other getUpdates request; make sure that only one bot instance is running';

/** The methods of the Bot API that the bot uses, with Telegram's own answers and error texts. */
export function createMethods({
  world,
  now,
  problems,
  validate,
}: {
  world: World;
  now: () => number;
  problems: string[];
  validate?: (method: string, payload: Payload) => readonly string[];
}) {
  const watch = createLimitWatch();
  let polling: AbortController | null = null;
  const answeredTaps = new Set<unknown>();

  async function getUpdates(payload: Payload, gone: AbortSignal): Promise<Answer> {
    polling?.abort();
    const mine = new AbortController();
    polling = mine;
    const offset = Number(payload.offset ?? 0);
    if (offset > 0) confirm(world.queue, offset);
    // The long wait is real time: it ends as soon as something arrives.
    const until = Date.now() + Number(payload.timeout ?? 0) * 1000;
    const stop = AbortSignal.any([gone, mine.signal]);
    const allowed = payload.allowed_updates as string[] | undefined;
    discard(world.queue, allowed);
    const visible = () => world.queue.filter((update) => update.update_id >= offset);
    while (visible().length === 0 && Date.now() < until && !stop.aborted) {
      await world.changed(until - Date.now(), stop);
      discard(world.queue, allowed);
    }
    if (mine.signal.aborted) return refuse(409, CONFLICT);
    polling = null;
    return { result: visible().slice(0, Number(payload.limit ?? 100)) };
  }

  function written(payload: Payload, edit?: Message): Answer {
    let parsed: { text: string; entities?: Message['entities'] } = {
      text: String(payload.text ?? ''),
    };
    try {
      if (payload.parse_mode === 'HTML') parsed = parseHtml(parsed.text);
    } catch (error) {
      if (error instanceof CannotParse) return bad(error.message);
      throw error;
    }
    const text = parsed.text.trim();
    if (text === '') return bad('message text is empty');
    if (text.length > 4096) return bad('message is too long');
    const markup = payload.reply_markup as ReplyMarkup | undefined;
    if (
      edit?.text === text &&
      JSON.stringify(edit.reply_markup) === JSON.stringify(markup) &&
      JSON.stringify(edit.entities ?? []) === JSON.stringify(parsed.entities ?? [])
    ) {
      return bad(
        'message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message',
      );
    }
    const id = Number(payload.chat_id);
    const chat: Chat = edit?.chat ?? { id, type: id < 0 ? 'supergroup' : 'private' };
    const reply = payload.reply_parameters as { message_id?: number } | undefined;
    const replied = reply ? world.messages.get(keyOf(id, reply.message_id)) : undefined;
    const message = world.write(
      {
        from: BOT,
        chat,
        text,
        ...(parsed.entities?.length && { entities: parsed.entities }),
        ...(markup && { reply_markup: markup }),
        ...(replied && { reply_to_message: replied }),
        ...(payload.message_thread_id !== undefined && {
          message_thread_id: Number(payload.message_thread_id),
        }),
      },
      edit?.message_id,
    );
    return { result: message };
  }

  const methods: Record<string, (payload: Payload, gone: AbortSignal) => Answer | Promise<Answer>> =
    {
      getMe: () => ({
        result: {
          ...BOT,
          can_join_groups: true,
          can_read_all_group_messages: false,
          supports_inline_queries: false,
        },
      }),
      getUpdates,
      deleteWebhook: () => ({ result: true }),
      setMyCommands: () => ({ result: true }),
      deleteMyCommands: () => ({ result: true }),
      sendChatAction: () => ({ result: true }),
      sendMessage: (payload) => written(payload),
      editMessageText(payload) {
        const before = world.messages.get(keyOf(payload.chat_id, payload.message_id));
        if (!before) return bad('message to edit not found');
        return before.from?.id === BOT.id
          ? written(payload, before)
          : bad("message can't be edited");
      },
      editMessageReplyMarkup(payload) {
        const before = world.messages.get(keyOf(payload.chat_id, payload.message_id));
        if (!before) return bad('message to edit not found');
        const markup = payload.reply_markup as ReplyMarkup | undefined;
        const { reply_markup: _, ...rest } = before;
        return {
          result: world.write(
            { ...rest, ...(markup && { reply_markup: markup }) },
            before.message_id,
          ),
        };
      },
      answerCallbackQuery(payload) {
        if (answeredTaps.has(payload.callback_query_id)) {
          return bad('query is too old and response timeout expired or query ID is invalid');
        }
        answeredTaps.add(payload.callback_query_id);
        if (typeof payload.text === 'string' && payload.text !== '') world.toast(payload.text);
        return { result: true };
      },
      deleteMessage: (payload) =>
        world.remove(Number(payload.chat_id), Number(payload.message_id))
          ? { result: true }
          : bad('message to delete not found'),
    };

  return {
    async call(method: string, payload: Payload, gone: AbortSignal): Promise<Answer> {
      for (const problem of [
        ...watch(method, payload, now()),
        ...(validate?.(method, payload) ?? []),
      ]) {
        problems.push(`${method}: ${problem}`);
      }
      const run = Object.hasOwn(methods, method) ? methods[method] : undefined;
      return run ? run(payload, gone) : refuse(404, 'Not Found');
    },
  };
}

function confirm(queue: Update[], offset: number): void {
  for (let at = queue.length - 1; at >= 0; at--) {
    if ((queue[at]?.update_id ?? 0) < offset) queue.splice(at, 1);
  }
}

/** Telegram does not keep what the bot never asked for. */
function discard(queue: Update[], allowed: readonly string[] | undefined): void {
  if (!allowed?.length) return;
  const kept = queue.filter((update) => allowed.some((type) => type in update));
  queue.splice(0, queue.length, ...kept);
}
