import { TelegramError } from 'telegraf';
import { OpsError } from '#domain/errors.ts';
import type { Receiver } from '#domain/notification.ts';
import { failureOf } from './failure.ts';
import { type Html, join, split } from './render/html.ts';
import { keyboard, type Rendered } from './render/message.ts';
import type { Transport } from './transport.ts';

/**
 * sent: Telegram has it. later: nobody knows, or Telegram asked to wait. refused: this text is not
 * taken. gone: this chat cannot be reached (blocked the bot, never started it). moved: the group
 * has another id now.
 */
export type Delivery =
  | {
      readonly status: 'sent';
      readonly messageId: number;
      /** False: the message it was to answer is not there any more. */
      readonly answered: boolean;
    }
  | { readonly status: 'later'; readonly reason: string; readonly retryAfterMs: number | null }
  | { readonly status: 'refused' | 'gone'; readonly reason: string }
  | { readonly status: 'moved'; readonly reason: string; readonly to: bigint };

export interface DeliverOptions {
  readonly signal: AbortSignal;
  /** The message that this one answers. */
  readonly replyTo?: number;
  /** Said in front when a closed topic is passed over. */
  readonly topicGone: Html;
}

/** How long one alert waits for its chat's turn before the next reader's goes first. */
const PATIENCE = 10_000;
const NO_TOPIC = /thread not found|TOPIC_(CLOSED|DELETED)/i;

/** Sends one rendered message to one chat or topic; never throws. */
export const createDeliver = ({ transport }: { transport: Transport }) => {
  const send = async (
    { chatId, threadId }: Receiver,
    message: Rendered,
    { signal, replyTo }: DeliverOptions,
  ): Promise<Delivery> => {
    const reply_markup = keyboard(message.buttons);
    const sent = await transport.call(
      'sendMessage',
      {
        chat_id: Number(chatId),
        text: split(message.text)[0]?.html ?? '…',
        parse_mode: 'HTML',
        link_preview_options: { is_disabled: true },
        ...(threadId !== 0 && { message_thread_id: threadId }),
        ...(message.silent && { disable_notification: true }),
        ...(reply_markup && { reply_markup }),
        ...(replyTo !== undefined && {
          reply_parameters: { message_id: replyTo, allow_sending_without_reply: true },
        }),
      },
      { signal, patienceMs: PATIENCE },
    );
    const answered = replyTo === undefined || sent.reply_to_message !== undefined;
    return { status: 'sent', messageId: sent.message_id, answered };
  };

  return async (
    receiver: Receiver,
    message: Rendered,
    options: DeliverOptions,
  ): Promise<Delivery> => {
    try {
      return await send(receiver, message, options);
    } catch (error) {
      if (receiver.threadId === 0 || !hasNoTopic(error)) return deliveryOf(error);
    }
    // The topic is closed or gone: the group's general one takes its place.
    const noted = { ...message, text: join([options.topicGone, message.text]) };
    try {
      return await send({ ...receiver, threadId: 0 }, noted, options);
    } catch (error) {
      return deliveryOf(error);
    }
  };
};

const hasNoTopic = (error: unknown): boolean =>
  error instanceof TelegramError && error.code === 400 && NO_TOPIC.test(error.description);

/** The id that Telegram names when a group became a supergroup. */
export function movedTo(error: unknown): bigint | null {
  if (!(error instanceof TelegramError)) return null;
  const to = error.parameters?.migrate_to_chat_id;
  return to === undefined ? null : BigInt(to);
}

/** What a failed call means for the message. */
export function deliveryOf(error: unknown): Exclude<Delivery, { status: 'sent' }> {
  if (error instanceof OpsError) {
    const retryAfterMs = error.retryAfterMs ?? null;
    return { status: 'later', reason: error.message, retryAfterMs };
  }
  const { kind, reason, retryAfterMs } = failureOf(error);
  const to = movedTo(error);
  if (to !== null) return { status: 'moved', reason, to };
  if (kind === 'blocked') return { status: 'gone', reason };
  if (kind === 'refused' || kind === 'format') return { status: 'refused', reason };
  return { status: 'later', reason, retryAfterMs };
}
