import { Composer } from 'telegraf';
import { type Incident, OPEN_INCIDENT_STATUSES } from '#domain/incident.ts';
import type { BotContext } from '../context.ts';
import type { BotDeps } from '../deps.ts';
import { atLeast, covers } from '../filters/at-least.ts';
import { fresh } from '../filters/fresh.ts';
import { createNames } from '../people.ts';
import { receiverOf } from '../reader.ts';
import { bold, shown } from '../render/html.ts';
import { renderIncident, renderIncidents } from '../render/incident.ts';

const SHOWN = 10;
const MUTE_MS = 3_600_000;

/** Open incidents, and the button by which somebody says: I look after it. */
export const incidents = (deps: Pick<BotDeps, 'incidents' | 'users' | 'following' | 'clock'>) => {
  const { clock } = deps;
  const feature = new Composer<BotContext>();
  const nameOf = createNames(deps.users);
  const mayTake = (ctx: BotContext) => covers(ctx.person.role, 'operator');

  async function list(ctx: BotContext) {
    const page = await deps.incidents.list(
      { status: OPEN_INCIDENT_STATUSES },
      { offset: 0, limit: SHOWN },
    );
    const takers = await Promise.all(page.items.map(({ takenBy }) => nameOf(takenBy)));
    return renderIncidents(ctx.t, page, { takers, mayTake: mayTake(ctx), now: clock.now() });
  }

  async function take(ctx: BotContext, incident: Incident): Promise<Incident> {
    const me = `tg:${ctx.from?.id}`;
    if (incident.takenBy !== null) {
      if (incident.takenBy !== me) {
        await ctx.say(ctx.t('incident.taken_before', { by: await nameOf(incident.takenBy) }));
      }
      return incident;
    }
    const taken = await deps.incidents.update(incident.id, { takenBy: me }, me);
    const server = bold(shown(incident.serverHandle));
    await ctx.say(ctx.t('incident.took', { server, by: await nameOf(me) }));
    return taken;
  }

  feature.command('incidents', async (ctx) => ctx.say(await list(ctx)));

  feature.action(/^ic\.([lt])\.([0-9a-f-]{36})$/, atLeast('operator'), fresh(deps), async (ctx) => {
    const [, where, id = ''] = ctx.match;
    const incident = await deps.incidents.find(id);
    // A failed one still wants somebody; a resolved one wants nobody.
    if (!incident || incident.status === 'resolved') {
      await ctx.say(ctx.t('incident.over'));
    } else {
      const taken = await take(ctx, incident);
      if (where === 't') {
        const taker = await nameOf(taken.takenBy);
        const card = { taker, mayTake: mayTake(ctx), now: clock.now() };
        return ctx.redraw(renderIncident(ctx.t, taken, card));
      }
    }
    if (where === 'l') await ctx.redraw(await list(ctx));
  });

  feature.action(/^ic\.m\.([0-9a-f-]{36})$/, atLeast('operator'), fresh(deps), async (ctx) => {
    const incident = await deps.incidents.find(ctx.match[1] ?? '');
    if (!incident || incident.status === 'resolved') return ctx.say(ctx.t('incident.over'));
    const now = clock.now();
    const mutedUntil = new Date(now.getTime() + MUTE_MS);
    await deps.following.mute(receiverOf(ctx), incident.id, mutedUntil);
    const taker = await nameOf(incident.takenBy);
    return ctx.redraw(
      renderIncident(ctx.t, incident, { taker, mayTake: mayTake(ctx), now, mutedUntil }),
    );
  });
  return feature;
};
