import { Composer } from 'telegraf';
import type { BotContext } from '../context.ts';
import type { BotDeps } from '../deps.ts';
import { acknowledged } from '../filters/fresh.ts';
import { readServerQuery } from '../filters/server-query.ts';
import { readPage } from '../read-page.ts';
import { code, shown } from '../render/html.ts';
import type { Rendered } from '../render/message.ts';
import { renderServers } from '../render/server.ts';

const PAGE = 10;

/** The list of servers: filtered, a page at a time, turned in place. */
export const servers = ({ servers: repository }: Pick<BotDeps, 'servers'>) => {
  const feature = new Composer<BotContext>();

  async function show({ t }: BotContext, words: string, wanted: number): Promise<Rendered> {
    const query = readServerQuery(words);
    if ('wrong' in query) {
      return {
        text: t('servers.wrong_word', {
          word: code(query.wrong.slice(0, 64)),
          legal: shown(query.legal.join(', ')),
        }),
      };
    }
    const { items, pages } = await readPage(wanted, PAGE, (paging) =>
      repository.list(query.filter, paging),
    );
    return renderServers(t, items, pages, query.text);
  }

  feature.command('servers', async (ctx) => ctx.say(await show(ctx, ctx.payload, 0)));
  feature.action(/^sv\.p\.(\d{1,4})\.(.*)$/s, async (ctx) => {
    await acknowledged(ctx);
    await ctx.redraw(await show(ctx, ctx.match[2] ?? '', Number(ctx.match[1])));
  });
  return feature;
};
