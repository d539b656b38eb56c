import { Composer } from 'telegraf';
import type { BotContext } from '../context.ts';
import type { BotDeps } from '../deps.ts';
import { atLeast } from '../filters/at-least.ts';
import { fresh } from '../filters/fresh.ts';
import { askOrder } from '../orders/ask.ts';
import { stopLines } from '../render/fleet.ts';
import { join } from '../render/html.ts';
import { standIn } from '../render/reason.ts';

const REASON_LIMIT = 500;

/** The one switch over everything automatic: off at a word, on again at a confirmed one. */
export const fleet = (deps: BotDeps) => {
  const { agent } = deps;
  const feature = new Composer<BotContext>();
  const guards = [atLeast('operator'), fresh(deps)] as const;

  feature.command('freeze', ...guards, async (ctx) => {
    const reason = ctx.payload.trim().slice(0, REASON_LIMIT);
    const state = await agent.freeze(
      `tg:${ctx.from.id}`,
      reason === '' ? standIn('fleet.freeze_reason') : reason,
    );
    await ctx.say(
      join([ctx.t('fleet.freeze_done'), ...stopLines(ctx.t, state), ctx.t('fleet.how_to_rearm')]),
    );
  });

  const question = (ctx: BotContext) =>
    askOrder(ctx, { verb: 'rearm', target: 'fleet', arguments: {} }, deps);
  feature.command('rearm', ...guards, question);
  feature.action('fl.r', ...guards, question);
  return feature;
};
