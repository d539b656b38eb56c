import { Composer } from 'telegraf';
import type { BotContext } from '../context.ts';
import type { BotDeps } from '../deps.ts';
import { acknowledged } from '../filters/fresh.ts';
import { readServerQuery } from '../filters/server-query.ts';
import { code, shown } from '../render/html.ts';
import type { Rendered } from '../render/message.ts';
import { pageWithin } from '../render/pages.ts';
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
    const read = (page: number) =>
      repository.list(query.filter, { offset: page * PAGE, limit: PAGE });
    let [page, found] = [wanted, await read(wanted)];
    // The list has become shorter since the button was made.
    if (found.items.length === 0 && found.total > 0) {
      page = pageWithin(wanted, PAGE, found.total);
      found = await read(page);
    }
    return renderServers(t, found.items, { page, size: PAGE, total: found.total }, query.text);
  }

  feature.command('servers', async (ctx) => ctx.say(await show(ctx, ctx.payload, 0)));
  feature.action(/^sv\.p\.(\d{1,4})\.(.*)$/s, async (ctx) => {
    await acknowledged(ctx);
    await ctx.redraw(await show(ctx, ctx.match[2] ?? '', Number(ctx.match[1])));
  });
  return feature;
};
