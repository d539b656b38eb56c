import { Composer } from 'telegraf';
import type { Server } from '#domain/server.ts';
import type { BotContext } from '../context.ts';
import type { BotDeps } from '../deps.ts';
import { findServer } from '../filters/find-server.ts';
import { acknowledged } from '../filters/fresh.ts';
import { readPage } from '../read-page.ts';
import type { Rendered } from '../render/message.ts';
import { renderServices } from '../render/services.ts';
import { longId } from '../short-id.ts';

const PAGE = 10;

/** Services by server: what is checked from outside, and whether it is well. */
export const services = ({
  health,
  clock,
  ...deps
}: Pick<BotDeps, 'health' | 'servers' | 'clock'>) => {
  const feature = new Composer<BotContext>();

  async function list({ t }: BotContext, wanted: number, server: string): Promise<Rendered> {
    const filter = server === '' ? {} : { serverId: server };
    const { items, pages } = await readPage(wanted, PAGE, (paging) =>
      health.placedServices(filter, paging),
    );
    return renderServices(t, items, pages, { server, now: clock.now() });
  }

  feature.command('services', async (ctx) => {
    const word = ctx.payload.trim().split(/\s+/)[0] ?? '';
    const server: Server | null =
      word === '' ? null : await findServer(ctx, deps, word, '/services vps-1');
    if (word !== '' && !server) return;
    await ctx.say(await list(ctx, 0, server?.id ?? ''));
  });
  feature.action(/^sc\.p\.(\d{1,4})(?:\.([\w-]{22,36}))?$/, async (ctx) => {
    await acknowledged(ctx);
    await ctx.redraw(await list(ctx, Number(ctx.match[1]), longId(ctx.match[2] ?? '')));
  });
  return feature;
};
