import type { MiddlewareFn } from 'telegraf';
import type { BotContext } from '../context.ts';
import type { BotDeps } from '../deps.ts';

/**
 * A group became a supergroup and has another id from now on. Telegram says so in both chats; the
 * message is its own, not a member's, so that nobody's role is asked for.
 */
export const migration =
  ({ chats, log }: Pick<BotDeps, 'chats' | 'log'>): MiddlewareFn<BotContext> =>
  async (ctx, next) => {
    const { message } = ctx;
    const moved =
      message && 'migrate_to_chat_id' in message
        ? { from: message.chat.id, to: message.migrate_to_chat_id }
        : message && 'migrate_from_chat_id' in message
          ? { from: message.migrate_from_chat_id, to: message.chat.id }
          : null;
    if (!moved) return next();
    await chats.migrate(BigInt(moved.from), BigInt(moved.to));
    log.info(moved, 'a group became a supergroup');
  };
