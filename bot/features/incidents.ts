import { Composer } from 'telegraf';
import { type Incident, OPEN_INCIDENT_STATUSES } from '#domain/incident.ts';
import type { Server } from '#domain/server.ts';
import type { BotContext } from '../context.ts';
import type { BotDeps } from '../deps.ts';
import { atLeast, covers } from '../filters/at-least.ts';
import { findServer } from '../filters/find-server.ts';
import { acknowledged, fresh } from '../filters/fresh.ts';
import { createNames, nameBook } from '../people.ts';
import { readPage } from '../read-page.ts';
import { receiverOf } from '../reader.ts';
import { bold, shown } from '../render/html.ts';
import { renderIncident } from '../render/incident.ts';
import {
  type IncidentPlace,
  type IncidentScope,
  renderIncidentList,
} from '../render/incident-list.ts';
import { renderIncidentView } from '../render/incident-view.ts';
import type { Rendered } from '../render/message.ts';
import { pageWithin } from '../render/pages.ts';
import { EVENTS } from '../render/timeline.ts';
import { longId } from '../short-id.ts';

const PAGE = 8;
const CLOSED_DAYS = 7;
const MUTE_MS = 3_600_000;
const ALL = /^(all|все)$/i;
const OPEN: IncidentPlace = { page: 0, scope: 'o', server: '' };
const PLACE = String.raw`(\d{1,4})\.([oca])(?:\.([\w-]{22,36}))?`;
const placeOf = (page = '0', scope = 'o', server = ''): IncidentPlace => ({
  page: Number(page),
  scope: scope as IncidentScope,
  server: longId(server),
});

type Deps = Pick<BotDeps, 'incidents' | 'servers' | 'users' | 'following' | 'clock' | 'publicUrl'>;

/** Incidents and their cards, and the button by which somebody says: I look after it. */
export const incidents = (deps: Deps) => {
  const { clock, users } = deps;
  const feature = new Composer<BotContext>();
  const nameOf = createNames(users);
  const mayTake = (ctx: BotContext) => covers(ctx.person.role, 'operator');

  async function list(ctx: BotContext, asked: IncidentPlace, known?: Server): Promise<Rendered> {
    const { scope, server } = asked;
    const named = known ?? (server === '' ? null : await deps.servers.byId(server));
    if (server !== '' && !named) return { text: ctx.t('server.gone') };
    const now = clock.now();
    const filter = {
      ...(named && { serverHandle: named.handle }),
      ...(scope === 'o' && { status: OPEN_INCIDENT_STATUSES }),
      ...(scope === 'c' && {
        status: ['resolved', 'failed'] as const,
        since: new Date(now.getTime() - CLOSED_DAYS * 86_400_000),
      }),
    };
    const order = scope === 'o' ? 'worst' : 'newest';
    const { items, pages } = await readPage(asked.page, PAGE, (paging) =>
      deps.incidents.list(filter, paging, order),
    );
    const takenBy = items.map((incident) => incident.takenBy);
    const takers = takenBy.map(await nameBook(users, takenBy));
    const more = { takers, server: named?.handle ?? '', now };
    return renderIncidentList(ctx.t, items, pages, { ...asked, page: pages.page }, more);
  }

  /** `turn`: the page of the timeline; null: the last one. */
  async function view(
    ctx: BotContext,
    incident: Incident,
    turn: number | null,
    place: IncidentPlace,
  ): Promise<Rendered> {
    const [events, server] = await Promise.all([
      deps.incidents.events(incident.id),
      deps.servers.find(incident.serverHandle),
    ]);
    const total = events.length;
    const page = pageWithin(turn ?? Number.MAX_SAFE_INTEGER, EVENTS, total);
    const part = events.slice(page * EVENTS, (page + 1) * EVENTS);
    const { takenBy, closedBy } = incident;
    const inWords = part.flatMap(({ text }) => text.match(/tg:\d+/) ?? []);
    const actors = part.map(({ actor }) => actor);
    const name = await nameBook(users, [takenBy, closedBy, ...actors, ...inWords]);
    const story = {
      ...{ incident, events: part, pages: { page, size: EVENTS, total }, name },
      ...{ serverId: server?.id ?? null, publicUrl: deps.publicUrl, now: clock.now() },
    };
    return renderIncidentView(ctx.t, story, place, mayTake(ctx));
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

  feature.command('incidents', async (ctx) => {
    const word = ctx.payload.trim().split(/\s+/)[0] ?? '';
    if (word === '') return ctx.say(await list(ctx, OPEN));
    if (ALL.test(word)) return ctx.say(await list(ctx, { ...OPEN, scope: 'a' }));
    const server = await findServer(ctx, deps, word, '/incidents vps-1');
    if (server) await ctx.say(await list(ctx, { ...OPEN, server: server.id }, server));
  });

  feature.action(new RegExp(`^ic\\.p\\.${PLACE}$`), async (ctx) => {
    await acknowledged(ctx);
    const [, page, scope, server] = ctx.match;
    await ctx.redraw(await list(ctx, placeOf(page, scope, server)));
  });

  feature.action(new RegExp(`^ic\\.v\\.([\\w-]{22,36})\\.(\\d{1,3})\\.${PLACE}$`), async (ctx) => {
    await acknowledged(ctx);
    const [, id = '', turn, ...place] = ctx.match;
    const incident = await deps.incidents.find(longId(id));
    if (!incident) return ctx.say(ctx.t('incident.gone'));
    return ctx.redraw(await view(ctx, incident, Number(turn), placeOf(...place)));
  });

  feature.action(/^ic\.([0-9a-f-]{36})$/, async (ctx) => {
    await acknowledged(ctx);
    const incident = await deps.incidents.find(ctx.match[1] ?? '');
    if (!incident) return ctx.say(ctx.t('incident.gone'));
    return ctx.redraw(await view(ctx, incident, null, OPEN));
  });

  const guards = [atLeast('operator'), fresh(deps)] as const;
  feature.action(/^ic\.([lt])\.([0-9a-f-]{36})$/, ...guards, async (ctx) => {
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
    if (where === 'l') await ctx.redraw(await list(ctx, OPEN));
  });
  feature.action(
    new RegExp(`^ic\\.k\\.([\\w-]{22,36})\\.(\\d{1,3})\\.${PLACE}$`),
    ...guards,
    async (ctx) => {
      const [, id = '', turn, ...place] = ctx.match;
      const incident = await deps.incidents.find(longId(id));
      if (!incident) return ctx.say(ctx.t('incident.gone'));
      const over = incident.status === 'resolved';
      if (over) await ctx.say(ctx.t('incident.over'));
      const now = over ? incident : await take(ctx, incident);
      return ctx.redraw(await view(ctx, now, Number(turn), placeOf(...place)));
    },
  );

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
