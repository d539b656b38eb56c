import { TelegramError } from 'telegraf';
import type { Transport } from '#bot/transport.ts';
import type { Clock } from '#domain/ports.ts';

/** One message that Telegram took. */
export interface ChatMessage {
  readonly at: number;
  readonly chat: number;
  readonly text: string;
  /** Data of its buttons. */
  readonly buttons: readonly string[];
}

const CONFLICT = {
  error_code: 409,
  description: 'Conflict: terminated by other getUpdates request',
};

/** Telegram as a notebook: what it was sent, by its own record. It can be out of reach. */
export function createRecordingTelegram(clock: Clock, isReachable: () => boolean) {
  const messages: ChatMessage[] = [];
  /** Another agent polls with the same token. */
  let twin = false;
  const answer = async (method: string, payload: Record<string, unknown>): Promise<unknown> => {
    if (!isReachable()) throw Object.assign(new Error('network is away'), { code: 'ENETUNREACH' });
    if (method === 'getUpdates') {
      if (twin) throw new TelegramError(CONFLICT, { method, payload });
      await clock.sleep(25_000);
      return [];
    }
    if (method !== 'sendMessage') return true;
    const markup = payload.reply_markup as
      | { inline_keyboard?: { callback_data: string }[][] }
      | undefined;
    const buttons = (markup?.inline_keyboard ?? []).flat().map((button) => button.callback_data);
    const { chat_id: chat, text } = payload as { chat_id: number; text: string };
    messages.push({ at: clock.now().getTime(), chat, text, buttons });
    const { reply_parameters: answers } = payload as { reply_parameters?: { message_id: number } };
    return { message_id: messages.length, ...(answers && { reply_to_message: answers }) };
  };
  const call = ((method: string, payload: object) =>
    answer(method, { ...payload })) as unknown as Transport['call'];
  return {
    transport: { call } satisfies Transport,
    messages: messages as readonly ChatMessage[],
    set twin(on: boolean) {
      twin = on;
    },
  };
}
