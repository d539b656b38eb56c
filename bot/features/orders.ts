import { Composer, type MiddlewareFn } from 'telegraf';
import type { ChatOrder } from '#domain/chat-order.ts';
import type { BotContext } from '../context.ts';
import type { BotDeps } from '../deps.ts';
import { atLeast } from '../filters/at-least.ts';
import { fresh } from '../filters/fresh.ts';
import { repliesTo } from '../filters/replies-to.ts';
import { PROMPT } from '../orders/ask.ts';
import { kindOf } from '../orders/index.ts';
import { confirmOrder, declineOrder } from '../orders/settle.ts';
import { createNames } from '../people.ts';

const DATA = /^or\.([yn])\.([0-9a-z]{10})$/;

/** Answers to what people were asked to confirm: by a button, or by the name typed back. */
export const orders = (deps: BotDeps) => {
  const feature = new Composer<BotContext>();
  const nameOf = createNames(deps.users);
  const guards = [atLeast('operator'), fresh(deps)] as const;
  const isMine = (ctx: BotContext, order: ChatOrder) =>
    order.askedBy === BigInt(ctx.from?.id ?? 0) && order.chatId === BigInt(ctx.chat?.id ?? 0);
  const whose = async (order: ChatOrder) => ({ by: await nameOf(`tg:${order.askedBy}`) });

  /** Somebody else's tap is answered by a hint that only they see, and changes nothing. */
  const mine: MiddlewareFn<BotContext> = async (ctx, next) => {
    const data = ctx.callbackQuery && 'data' in ctx.callbackQuery ? ctx.callbackQuery.data : '';
    const order = await deps.chatOrders.find(DATA.exec(data)?.[2] ?? '');
    if (order === null || isMine(ctx, order)) return next();
    const hint = ctx.t.plain('order.not_yours', await whose(order));
    await ctx.answerCbQuery(hint.slice(0, 200));
  };

  /**
   * A tap is acknowledged once: handled again, it counts as late. One whose yes was stored before the
   * work was cut short goes on all the same.
   */
  const freshOrBegun: MiddlewareFn<BotContext> = async (ctx, next) => {
    const data = ctx.callbackQuery && 'data' in ctx.callbackQuery ? ctx.callbackQuery.data : '';
    const [, word, id = ''] = DATA.exec(data) ?? [];
    const order = word === 'y' ? await deps.chatOrders.find(id) : null;
    const begun =
      order?.status === 'confirmed' &&
      (await deps.chatOrders.decide(id, 'confirmed', ctx.update.update_id, deps.clock.now()));
    return begun ? next() : fresh(deps)(ctx, next);
  };

  feature.action(DATA, atLeast('operator'), mine, freshOrBegun, async (ctx) => {
    const [, word, id = ''] = ctx.match;
    const order = await deps.chatOrders.find(id);
    // What asks for a name takes no tap, whoever made up the button.
    if (order === null || kindOf(order.verb)?.word !== 'tap') return ctx.say(ctx.t('order.gone'));
    return word === 'y'
      ? confirmOrder(ctx, order, deps, ctx.redraw)
      : declineOrder(ctx, order, deps, ctx.redraw);
  });

  feature.use(
    repliesTo(PROMPT, deps, guards, async (ctx, [, id = '']) => {
      const order = await deps.chatOrders.find(id);
      if (order === null) return ctx.say(ctx.t('order.gone'));
      if (!isMine(ctx, order)) return ctx.say(ctx.t('order.not_yours', await whose(order)));
      const typed = ctx.message && 'text' in ctx.message ? ctx.message.text.trim() : '';
      if (order.status === 'asked' && typed !== order.target) {
        return ctx.say(ctx.t('rebuild.mismatch'));
      }
      return confirmOrder(ctx, order, deps, ctx.say);
    }),
  );
  return feature;
};
