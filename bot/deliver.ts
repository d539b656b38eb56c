import { OpsError } from '#domain/errors.ts';
import { failureOf } from './failure.ts';
import { split } from './render/html.ts';
import { keyboard, type Rendered } from './render/message.ts';
import type { Transport } from './transport.ts';

/**
 * sent: Telegram has it. later: nobody knows, or Telegram asked to wait. refused: this text is not
 * taken. gone: this reader cannot be reached (blocked the bot, never started it).
 */
export type Delivery =
  | { readonly status: 'sent' }
  | { readonly status: 'later'; readonly reason: string; readonly retryAfterMs: number | null }
  | { readonly status: 'refused' | 'gone'; readonly reason: string };

/** How long one alert waits for its chat's turn before the next reader's goes first. */
const PATIENCE = 10_000;

/** Sends one rendered message to one reader's private chat; never throws. */
export const createDeliver =
  ({ transport }: { transport: Transport }) =>
  async (receiver: bigint, message: Rendered, signal: AbortSignal): Promise<Delivery> => {
    const reply_markup = keyboard(message.buttons);
    try {
      await transport.call(
        'sendMessage',
        {
          chat_id: Number(receiver),
          text: split(message.text)[0]?.html ?? '…',
          parse_mode: 'HTML',
          link_preview_options: { is_disabled: true },
          ...(message.silent && { disable_notification: true }),
          ...(reply_markup && { reply_markup }),
        },
        { signal, patienceMs: PATIENCE },
      );
      return { status: 'sent' };
    } catch (error) {
      if (error instanceof OpsError) {
        const retryAfterMs = error.retryAfterMs ?? null;
        return { status: 'later', reason: error.message, retryAfterMs };
      }
      const { kind, reason, retryAfterMs } = failureOf(error);
      if (kind === 'blocked') return { status: 'gone', reason };
      if (kind === 'refused' || kind === 'format') return { status: 'refused', reason };
      return { status: 'later', reason, retryAfterMs };
    }
  };
