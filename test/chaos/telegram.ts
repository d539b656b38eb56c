import { TelegramError } from 'telegraf';
import type { Update } from 'telegraf/types';
import type { Transport } from '#bot/transport.ts';
import type { Clock } from '#domain/ports.ts';

/** One message that Telegram took. */
export interface ChatMessage {
  readonly id: number;
  readonly at: number;
  readonly chat: number;
  readonly text: string;
  /** Data of its buttons. */
  readonly buttons: readonly string[];
  /** What it was changed to since then, oldest first. */
  readonly edits: readonly string[];
}

const CONFLICT = {
  error_code: 409,
  description: 'Conflict: terminated by other getUpdates request',
};
const POLL_MS = 25_000;

interface Keyboard {
  readonly inline_keyboard?: readonly (readonly { readonly callback_data: string }[])[];
}

/** Telegram as a notebook: what it was sent, by its own record. People tap; it can be out of reach. */
export function createRecordingTelegram(clock: Clock, isReachable: () => boolean) {
  const messages: (ChatMessage & { readonly edits: string[] })[] = [];
  /** Not confirmed by the bot yet. */
  let updates: Update[] = [];
  let nextUpdate = 1;
  let bell = new AbortController();
  /** Another agent polls with the same token. */
  let twin = false;

  async function poll(payload: Record<string, unknown>): Promise<Update[]> {
    if (twin) throw new TelegramError(CONFLICT, { method: 'getUpdates', payload });
    const { offset = 0, timeout = 0 } = payload as { offset?: number; timeout?: number };
    updates = updates.filter(({ update_id }) => update_id >= offset);
    if (updates.length === 0 && timeout > 0) {
      bell = new AbortController();
      await clock.sleep(POLL_MS, bell.signal).catch(() => undefined);
    }
    return updates;
  }

  function send(payload: Record<string, unknown>): object {
    const { chat_id, text, reply_markup } = payload;
    const rows = (reply_markup as Keyboard | undefined)?.inline_keyboard ?? [];
    const buttons = rows.flat().map((button) => button.callback_data);
    const id = messages.length + 1;
    const [chat, said] = [Number(chat_id), String(text)];
    messages.push({ id, at: clock.now().getTime(), chat, text: said, buttons, edits: [] });
    const { reply_parameters: answers } = payload as { reply_parameters?: { message_id: number } };
    return { message_id: id, ...(answers && { reply_to_message: answers }) };
  }

  const answer = async (method: string, payload: Record<string, unknown>): Promise<unknown> => {
    if (!isReachable()) throw Object.assign(new Error('network is away'), { code: 'ENETUNREACH' });
    if (method === 'getUpdates') return poll(payload);
    if (method === 'getMe') return { id: 1, is_bot: true, first_name: 'Z', username: 'zavhoz_bot' };
    if (method === 'sendMessage') return send(payload);
    if (method === 'editMessageText') {
      messages[Number(payload.message_id) - 1]?.edits.push(String(payload.text));
    }
    return true;
  };
  const call = ((method: string, payload: object) =>
    answer(method, { ...payload })) as unknown as Transport['call'];

  return {
    transport: { call } satisfies Transport,
    messages: messages as readonly ChatMessage[],
    /** Its reader presses the button of a message that begins like this. */
    tap({ id, chat, text, buttons }: ChatMessage, prefix: string): void {
      const data = buttons.find((one) => one.startsWith(prefix));
      if (data === undefined) throw new Error(`no button ${prefix} below: ${text}`);
      const from = { id: chat, is_bot: false, first_name: `Owner ${chat}`, language_code: 'en' };
      const date = Math.floor(clock.now().getTime() / 1000);
      const message = { message_id: id, date, text, from, chat: { id: chat, type: 'private' } };
      const query = { id: `q-${nextUpdate}`, from, chat_instance: '1', data, message };
      updates.push({ update_id: nextUpdate++, callback_query: query } as unknown as Update);
      bell.abort();
    },
    set twin(on: boolean) {
      twin = on;
    },
  };
}
