import type { MiddlewareFn } from 'telegraf';
import type { Clock } from '#domain/ports.ts';
import type { BotContext } from '../context.ts';
import { failureOf } from '../failure.ts';

/** The past does not act: an order older than this needs a new word. */
export const GREATEST_AGE = 3600;

/**
 * Stops orders that lay too long: a message by its date, a tap by Telegram's refusal to have it
 * answered (it carries no date). Also acknowledges the tap, before any work.
 */
export const fresh =
  ({ clock }: { clock: Clock }): MiddlewareFn<BotContext> =>
  async (ctx, next) => {
    if (ctx.callbackQuery) return (await acknowledged(ctx)) ? next() : lateTap(ctx);
    const age = clock.now().getTime() / 1000 - (ctx.message?.date ?? 0);
    if (age <= GREATEST_AGE) return next();
    return ctx.say(ctx.t('refused.stale', { age: ctx.t.duration(age) }));
  };

/** False when Telegram says that the tap is too old. */
export async function acknowledged(ctx: BotContext): Promise<boolean> {
  try {
    await ctx.answerCbQuery();
    return true;
  } catch (error) {
    if (failureOf(error).kind === 'late') return false;
    throw error;
  }
}

const lateTap = (ctx: BotContext) => ctx.say(ctx.t('refused.late_tap'));
