import { Composer } from 'telegraf';
import { toOpsError } from '#domain/errors.ts';
import { Role, type User } from '#domain/user.ts';
import type { BotContext } from '../context.ts';
import type { BotDeps } from '../deps.ts';
import { atLeast } from '../filters/at-least.ts';
import { acknowledged, fresh } from '../filters/fresh.ts';
import { privateOnly } from '../filters/private-only.ts';
import { translatorFor } from '../locales/translate.ts';
import { bold, code, shown } from '../render/html.ts';
import {
  nameOf,
  PEOPLE_PER_PAGE,
  renderPeople,
  renderPerson,
  renderRemoval,
} from '../render/person.ts';

/** Who may do what: the list of people, and a card for each with what an owner may change. */
export const users = (deps: Pick<BotDeps, 'users' | 'clock' | 'log'>) => {
  const feature = new Composer<BotContext>();
  const looks = [privateOnly, atLeast('owner')] as const;
  const acts = [...looks, fresh(deps)] as const;
  const me = (ctx: BotContext) => BigInt(ctx.from?.id ?? 0);
  const name = (user: User) => bold(shown(nameOf(user), 40));

  async function list(offset: number, t: BotContext['t']) {
    const page = await deps.users.list({ offset, limit: PEOPLE_PER_PAGE, withRole: true });
    return renderPeople(t, page, offset);
  }

  async function found(ctx: BotContext, id: string | undefined): Promise<User | null> {
    const user = await deps.users.find(BigInt(id ?? 0));
    if (!user) await ctx.say(ctx.t('users.gone'));
    return user;
  }

  async function change(ctx: BotContext, user: User, role: Role | null): Promise<void> {
    const { t } = ctx;
    try {
      const done = await deps.users.setRole(user.telegramId, role, `tg:${me(ctx)}`);
      await follow(ctx, done.user, done.before);
      await ctx.redraw(renderPerson(t, done.user, me(ctx)));
      const changed = done.before === role ? 'user.unchanged' : 'user.changed';
      return ctx.say(
        role
          ? t(changed, { name: name(user), role: t(`role.${role}`) })
          : t('user.removed', { name: name(user) }),
      );
    } catch (error) {
      if (toOpsError(error).code !== 'conflict') throw error;
      return ctx.say(
        t('user.last_owner', { name: name(user), command: code('npx zavhoz users remove') }),
      );
    }
  }

  /** What the person themselves sees of it. Whoever has no role hears nothing any more. */
  async function follow(ctx: BotContext, user: User, before: Role | null): Promise<void> {
    if (user.role === before) return;
    const chatId = Number(user.telegramId);
    ctx.menus.show({ chatId, private: true }, user);
    if (!user.role || user.telegramId === me(ctx)) return;
    const t = translatorFor(user);
    const { html: text } = t('user.your_role', { role: t(`role.${user.role}`) });
    try {
      await ctx.telegram.sendMessage(chatId, text, { parse_mode: 'HTML' });
    } catch (error) {
      deps.log.info({ user: chatId, error: String(error) }, 'was not told of their new role');
    }
  }

  feature.command('users', ...looks, async (ctx) => ctx.say(await list(0, ctx.t)));
  feature.action(/^pe\.l\.(\d{1,6})$/, ...looks, async (ctx) => {
    await acknowledged(ctx);
    return ctx.redraw(await list(Number(ctx.match[1]), ctx.t));
  });
  feature.action(/^pe\.u\.(\d{1,18})$/, ...looks, async (ctx) => {
    await acknowledged(ctx);
    const user = await found(ctx, ctx.match[1]);
    if (user) await ctx.redraw(renderPerson(ctx.t, user, me(ctx)));
  });
  feature.action(/^pe\.r\.(viewer|operator|owner)\.(\d{1,18})$/, ...acts, async (ctx) => {
    const user = await found(ctx, ctx.match[2]);
    if (user) await change(ctx, user, Role.parse(ctx.match[1]));
  });
  feature.action(/^pe\.x\.(\d{1,18})$/, ...acts, async (ctx) => {
    const user = await found(ctx, ctx.match[1]);
    if (user) await ctx.redraw(renderRemoval(ctx.t, user));
  });
  feature.action(/^pe\.y\.(\d{1,18})$/, ...acts, async (ctx) => {
    const user = await found(ctx, ctx.match[1]);
    if (user) await change(ctx, user, null);
  });
  return feature;
};
