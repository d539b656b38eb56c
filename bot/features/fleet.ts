import { Composer } from 'telegraf';
import type { BotContext } from '../context.ts';
import type { BotDeps } from '../deps.ts';
import { atLeast } from '../filters/at-least.ts';
import { fresh } from '../filters/fresh.ts';
import { createNames } from '../people.ts';
import { isLiftable, renderRearm, stopLines, stopStamp } from '../render/fleet.ts';
import { join } from '../render/html.ts';

const REASON_LIMIT = 500;

/** The one switch over everything automatic: off at a word, on again at a confirmed one. */
export const fleet = (deps: Pick<BotDeps, 'agent' | 'users' | 'clock'>) => {
  const { agent } = deps;
  const feature = new Composer<BotContext>();
  const guards = [atLeast('operator'), fresh(deps)] as const;
  const nameOf = createNames(deps.users);

  feature.command('freeze', ...guards, async (ctx) => {
    const reason = ctx.payload.trim().slice(0, REASON_LIMIT);
    const state = await agent.freeze(
      `tg:${ctx.from.id}`,
      reason === '' ? ctx.t.plain('fleet.freeze_reason') : reason,
    );
    await ctx.say(
      join([ctx.t('fleet.freeze_done'), ...stopLines(ctx.t, state), ctx.t('fleet.how_to_rearm')]),
    );
  });

  const question = async (ctx: BotContext) => ctx.say(renderRearm(ctx.t, await agent.fleet()));
  feature.command('rearm', ...guards, question);
  feature.action('fl.r', ...guards, question);
  feature.action('fl.n', ...guards, (ctx) => ctx.redraw({ text: ctx.t('fleet.left') }));
  feature.action(/^fl\.y\.([0-9a-z]{1,12})$/, ...guards, async (ctx) => {
    const { t } = ctx;
    const state = await agent.fleet();
    if (isLiftable(state) && stopStamp(state) !== ctx.match[1]) {
      return ctx.redraw(renderRearm(t, state, t('fleet.rearm_changed')));
    }
    if (!isLiftable(state)) return ctx.redraw(renderRearm(t, state));
    const me = `tg:${ctx.from.id}`;
    const armed = await agent.rearm(me);
    return ctx.redraw({
      text: join([t('fleet.rearmed', { by: await nameOf(me) }), ...stopLines(t, armed)]),
    });
  });
  return feature;
};
