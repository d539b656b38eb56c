import type { MiddlewareFn } from 'telegraf';
import { type Role, roleCovers } from '#domain/user.ts';
import type { BotContext } from '../context.ts';

export const covers = roleCovers;

/** Stops people of a lesser role, and tells them so. */
export const atLeast =
  (role: Role): MiddlewareFn<BotContext> =>
  async (ctx, next) => {
    if (covers(ctx.person.role, role)) return next();
    const needed = ctx.t(`role.${role}`);
    if (ctx.callbackQuery) {
      await ctx.answerCbQuery(ctx.t.plain('refused.role', { role: needed }).slice(0, 200));
    } else {
      await ctx.say(ctx.t('refused.role', { role: needed }));
    }
  };
