import { Composer } from 'telegraf';
import type { ServerFilter } from '#domain/repositories.ts';
import { ServerStatus } from '#domain/server.ts';
import type { BotContext } from '../context.ts';
import type { BotDeps } from '../deps.ts';
import { acknowledged } from '../filters/fresh.ts';
import { bold, join } from '../render/html.ts';
import type { Button, Rendered } from '../render/message.ts';
import { serverLine } from '../render/server.ts';

const PAGE = 20;
/** The filter travels in the buttons, which hold 64 bytes. */
const FILTER_BYTES = 48;

const filterOf = (word: string): ServerFilter => {
  if (word === '') return {};
  const named = ServerStatus.safeParse(word.toLowerCase());
  return named.success ? { status: [named.data] } : { search: word };
};

export const servers = ({ servers: repository }: Pick<BotDeps, 'servers'>) => {
  const feature = new Composer<BotContext>();

  async function page({ t }: BotContext, word: string, offset: number): Promise<Rendered> {
    const { items, total } = await repository.list(filterOf(word), { offset, limit: PAGE });
    if (items.length === 0) return { text: t('servers.none') };
    const to = offset + items.length;
    const turn: (Button | null)[] = [
      offset > 0
        ? { text: t.plain('button.previous'), data: `sv.${Math.max(0, offset - PAGE)}.${word}` }
        : null,
      to < total ? { text: t.plain('button.next'), data: `sv.${to}.${word}` } : null,
    ];
    return {
      text: join([
        bold(t('servers.title', { count: total })),
        ...items.map((server) => serverLine(t, server)),
        total > PAGE ? t('servers.page', { from: offset + 1, to, total }) : null,
      ]),
      buttons: [turn.filter((button) => button !== null)].filter((row) => row.length > 0),
    };
  }

  feature.command('servers', async (ctx) => {
    const word = ctx.payload.trim();
    const fits = Buffer.byteLength(word) <= FILTER_BYTES;
    await ctx.say(fits ? await page(ctx, word, 0) : ctx.t('servers.none'));
  });
  feature.action(/^sv\.(\d{1,9})\.(.*)$/s, async (ctx) => {
    await acknowledged(ctx);
    await ctx.redraw(await page(ctx, ctx.match[2] ?? '', Number(ctx.match[1])));
  });
  return feature;
};
