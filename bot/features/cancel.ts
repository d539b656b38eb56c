import { Composer } from 'telegraf';
import { toOpsError } from '#domain/errors.ts';
import { isTerminal, type Operation } from '#domain/operation.ts';
import type { BotContext } from '../context.ts';
import type { BotDeps } from '../deps.ts';
import { atLeast } from '../filters/at-least.ts';
import { fresh } from '../filters/fresh.ts';
import { code } from '../render/html.ts';
import { cancelButton, named } from '../render/operation.ts';

const ACTIVE = ['queued', 'running', 'waiting'] as const;

export const cancel = ({ agent, operations, clock }: BotDeps) => {
  const feature = new Composer<BotContext>();

  async function stop(ctx: BotContext, operation: Operation): Promise<void> {
    const { t } = ctx;
    const over = (now: Operation) =>
      ctx.say(t('cancel.over', { ...named(t, now), status: t(`operation_status.${now.status}`) }));
    if (isTerminal(operation.status)) return over(operation);
    try {
      const stopped = await agent.cancel(operation.id, `tg:${ctx.from?.id}`);
      const done = isTerminal(stopped.status);
      return await ctx.say(t(done ? 'cancel.done' : 'cancel.asked', named(t, stopped)));
    } catch (error) {
      // It ended while we asked; that is an answer, not an error.
      if (toOpsError(error).code !== 'conflict') throw error;
      return over((await operations.find(operation.id)) ?? operation);
    }
  }

  feature.command('cancel', atLeast('operator'), fresh({ clock }), async (ctx) => {
    const word = ctx.payload.trim().toLowerCase();
    const { items } = await operations.list({ status: ACTIVE }, { offset: 0, limit: 100 });
    if (items.length === 0) return ctx.say(ctx.t('cancel.none'));
    const fitting = items.filter((o) => o.id.endsWith(word) || o.serverHandle === word);
    const [only, other] = fitting;
    if (!only) return ctx.say(ctx.t('cancel.unknown', { text: code(word.slice(0, 64)) }));
    if (word !== '' && !other) return stop(ctx, only);
    const buttons = fitting.slice(0, 20).map((operation) => [cancelButton(ctx.t, operation)]);
    return ctx.say({ text: ctx.t('cancel.which'), buttons });
  });

  feature.action(/^op\.c\.([0-9a-f-]{36})$/, atLeast('operator'), fresh({ clock }), async (ctx) => {
    const operation = await operations.find(ctx.match[1] ?? '');
    if (!operation) return ctx.say(ctx.t('cancel.none'));
    return stop(ctx, operation);
  });
  return feature;
};
