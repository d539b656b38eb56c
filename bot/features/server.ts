import { Composer } from 'telegraf';
import { uptimeOf } from '#domain/health/uptime.ts';
import { OPEN_INCIDENT_STATUSES } from '#domain/incident.ts';
import { coversServer } from '#domain/maintenance.ts';
import type { Server } from '#domain/server.ts';
import type { BotContext } from '../context.ts';
import type { BotDeps } from '../deps.ts';
import { findServer } from '../filters/find-server.ts';
import { acknowledged } from '../filters/fresh.ts';
import type { ListPlace } from '../render/server.ts';
import { type CardFacts, renderServerCard } from '../render/server-card.ts';
import { longId } from '../short-id.ts';

const DAY = 86_400_000;
const SERVICES = 20;

type CardDeps = Pick<
  BotDeps,
  'servers' | 'operations' | 'incidents' | 'maintenance' | 'health' | 'accounts' | 'clock'
>;

/** One server's card, in the message of the list it was opened from, or in one of its own. */
export const server = (deps: CardDeps) => {
  const { operations, incidents, maintenance, health, accounts, clock } = deps;
  const feature = new Composer<BotContext>();

  async function look(found: Server): Promise<CardFacts> {
    const now = clock.now();
    const { id, handle: serverHandle } = found;
    const day = { from: new Date(now.getTime() - DAY), until: now, by: 'hour' } as const;
    const [condition, uptime, hours, services, open, active, windows, known] = await Promise.all([
      health.target(id),
      uptimeOf(health, id, now),
      health.history(id, day),
      health.placedServices({ serverId: id }, { offset: 0, limit: SERVICES }),
      incidents.list(
        { serverHandle, status: OPEN_INCIDENT_STATUSES },
        { offset: 0, limit: 3 },
        'worst',
      ),
      operations.list(
        { serverHandle, status: ['queued', 'running', 'waiting'] },
        { offset: 0, limit: 1 },
      ),
      maintenance.list({ active: now }),
      accounts.list(),
    ]);
    return {
      ...{ server: found, health: condition, uptime, hours, services, incidents: open, now },
      account: known.find((one) => one.id === found.providerAccountId)?.name ?? null,
      operation: active.items[0] ?? null,
      windows: windows.filter((window) => coversServer(window, found)),
    };
  }
  const card = async ({ t, person }: BotContext, found: Server, place: ListPlace | null) =>
    renderServerCard(t, await look(found), person.role, place);

  feature.command('server', async (ctx) => {
    const word = ctx.payload.trim().split(/\s+/)[0];
    const found = await findServer(ctx, deps, word, '/server vps-1');
    if (found) await ctx.say(await card(ctx, found, null));
  });

  feature.action(/^sv\.([\w-]{2,40})(?:\.(\d{1,4})\.(.*))?$/s, async (ctx) => {
    await acknowledged(ctx);
    const [, id = '', page, query = ''] = ctx.match;
    const found = await deps.servers.byId(longId(id));
    if (!found) return ctx.say(ctx.t('server.gone'));
    const place = page === undefined ? null : { page: Number(page), query };
    return ctx.redraw(await card(ctx, found, place));
  });
  return feature;
};
