import type { Update } from 'telegraf/types';

export interface PendingUpdate {
  readonly updateId: number;
  /** Updates of one lane are handled one after the other. */
  readonly lane: string;
  readonly payload: Update;
  readonly attempts: number;
}

/** What Telegram handed over and the bot has not yet dealt with; it may hold secrets of people. */
export interface ChatUpdates {
  /** One transaction; an update that is known already stays as it is. Returns how many were new. */
  store(
    updates: readonly { readonly chatId: number | null; readonly payload: Update }[],
  ): Promise<number>;
  /** Not yet done, in the order in which they came. */
  pending(limit: number): Promise<readonly PendingUpdate[]>;
  /** Erases the content and keeps the id, so that a redelivery is known. `error`: given up. */
  done(updateId: number, error: string | null): Promise<void>;
  failed(updateId: number, error: string): Promise<void>;
  /** Forgets ids done before; Telegram redelivers for a day at most. Returns how many. */
  prune(before: Date): Promise<number>;
}

/** The chat an update belongs to; for order, and for telling somebody that it was given up. */
export function chatOf(update: Update): number | null {
  if ('message' in update) return update.message.chat.id;
  if ('callback_query' in update) {
    return update.callback_query.message?.chat.id ?? update.callback_query.from.id;
  }
  return null;
}
