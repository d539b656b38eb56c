import type { MiddlewareFn } from 'telegraf';
import type { BotContext } from '../context.ts';

/** What is nobody else's business is said in the private chat alone. */
export const privateOnly: MiddlewareFn<BotContext> = (ctx, next) =>
  ctx.chat?.type === 'private' ? next() : ctx.say(ctx.t('people.private_only'));
