import { Composer } from 'telegraf';
import type { User } from '#domain/user.ts';
import type { BotContext } from '../context.ts';
import type { BotDeps } from '../deps.ts';
import { atLeast } from '../filters/at-least.ts';
import { findServer } from '../filters/find-server.ts';
import { acknowledged } from '../filters/fresh.ts';
import { nameBook } from '../people.ts';
import { readPage } from '../read-page.ts';
import { auditLine } from '../render/audit.ts';
import { bold, join, shown } from '../render/html.ts';
import type { Rendered } from '../render/message.ts';
import { pageLine, turnButtons } from '../render/pages.ts';
import { longId, shortId } from '../short-id.ts';

const PAGE = 10;
/** People with a role are few; more are not looked through for a name. */
const PEOPLE = 500;
/** Programs and parts of the agent: `api:ci`, `agent:health`. */
const PROGRAM = /^(?:agent|(?:agent|api|cli):[!-~]{1,40})$/;

/** Whom or what the events are about: as it travels in buttons, and as the audit knows it. */
interface About {
  readonly data: string;
  readonly name: string;
}
const EVERYTHING: About = { data: '', name: '' };

/** Who did what: for owners. */
export const audit = (deps: Pick<BotDeps, 'audit' | 'servers' | 'users'>) => {
  const feature = new Composer<BotContext>();

  async function page({ t }: BotContext, wanted: number, about: About): Promise<Rendered> {
    const filter = about.name === '' ? {} : { about: about.name };
    const { items, pages } = await readPage(wanted, PAGE, (paging) =>
      deps.audit.list(filter, paging),
    );
    const actors = items.flatMap(({ actor, target }) => [actor, target]);
    const name = await nameBook(deps.users, [...actors, about.name]);
    const title = name(about.name) || about.name;
    const to = (one: number) => `au.p.${one}.${about.data}`;
    return {
      text: join([
        title === ''
          ? bold(t('audit.title'))
          : bold(t('audit.title_of', { name: shown(title, 64) })),
        items.length === 0 ? t('audit.none') : null,
        ...items.map((entry) => auditLine(t, entry, name)),
        pageLine(t, pages),
      ]),
      buttons: [
        ...turnButtons(t, pages, to),
        [{ text: t.plain('button.refresh'), data: to(pages.page) }],
      ],
    };
  }

  async function person(word: string): Promise<User | null> {
    const { items } = await deps.users.list({ offset: 0, limit: PEOPLE });
    const wanted = word.replace(/^@/, '').toLowerCase();
    const fits = ({ telegramId, username, firstName }: User) =>
      [String(telegramId), username?.toLowerCase(), firstName?.toLowerCase()].includes(wanted);
    return items.find(fits) ?? null;
  }

  async function aboutOf(ctx: BotContext, word: string): Promise<About | null> {
    if (word === '') return EVERYTHING;
    if (PROGRAM.test(word)) return { data: `n${word}`, name: word };
    const known = await person(word);
    if (known) return { data: `u${known.telegramId}`, name: `tg:${known.telegramId}` };
    const server = await findServer(ctx, deps, word, '/audit vps-1');
    return server && { data: `s${shortId(server.id)}`, name: server.handle };
  }

  async function aboutIn(data: string): Promise<About | null> {
    const value = data.slice(1);
    if (data.startsWith('u')) return { data, name: `tg:${value}` };
    if (data.startsWith('n')) return { data, name: value };
    if (!data.startsWith('s')) return EVERYTHING;
    const server = await deps.servers.byId(longId(value));
    return server && { data, name: server.handle };
  }

  feature.command('audit', atLeast('owner'), async (ctx) => {
    const about = await aboutOf(ctx, ctx.payload.trim().split(/\s+/)[0] ?? '');
    if (about) await ctx.say(await page(ctx, 0, about));
  });
  feature.action(/^au\.p\.(\d{1,6})\.(.{0,50})$/s, atLeast('owner'), async (ctx) => {
    await acknowledged(ctx);
    const about = await aboutIn(ctx.match[2] ?? '');
    if (!about) return ctx.say(ctx.t('server.gone'));
    return ctx.redraw(await page(ctx, Number(ctx.match[1]), about));
  });
  return feature;
};
