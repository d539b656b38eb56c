import { Composer, type MiddlewareFn } from 'telegraf';
import type { Clock } from '#domain/ports.ts';
import type { BotContext } from '../context.ts';
import { GREATEST_AGE } from './fresh.ts';

/** The message of this bot that is being answered. */
export function promptOf(ctx: BotContext) {
  const reply =
    ctx.message && 'reply_to_message' in ctx.message ? ctx.message.reply_to_message : undefined;
  return reply?.from?.id === ctx.botInfo.id && 'text' in reply ? reply : undefined;
}

/**
 * Answers to prompts of this bot whose first line fits `order`. What the bot wrote nobody can
 * forge, so the order is read from there; a prompt that lay too long orders nothing.
 */
export const repliesTo = (
  order: RegExp,
  { clock }: { clock: Clock },
  filters: readonly MiddlewareFn<BotContext>[],
  handle: (ctx: BotContext, order: RegExpExecArray) => Promise<void>,
): MiddlewareFn<BotContext> => {
  const guarded = Composer.compose<BotContext>([
    ...filters,
    async (ctx: BotContext) => {
      const prompt = promptOf(ctx);
      const found = order.exec(prompt?.text.split('\n')[0] ?? '');
      if (!prompt || !found) return;
      const age = clock.now().getTime() / 1000 - prompt.date;
      if (age > GREATEST_AGE) {
        return ctx.say(ctx.t('refused.stale', { age: ctx.t.duration(age) }));
      }
      return handle(ctx, found);
    },
  ]);
  return (ctx, next) =>
    order.test(promptOf(ctx)?.text.split('\n')[0] ?? '') ? guarded(ctx, next) : next();
};
