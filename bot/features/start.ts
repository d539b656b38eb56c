import { Composer, type MiddlewareFn } from 'telegraf';
import { Secret } from '#domain/secret.ts';
import type { BotContext } from '../context.ts';
import type { BotDeps } from '../deps.ts';
import { namesOf } from '../filters/authorise.ts';
import { registerCommands } from './commands.ts';

/**
 * What may be a code: ten or so letters and digits, typed with or without dashes and spaces. The
 * code dies of wrong tries, so that small talk of strangers must not count as one.
 */
const CODE = /^(?:\/start(?:@\w+)?\s+)?((?:[A-Z2-9][ -]?){9,12})$/i;

/** A stranger is heard for one thing only, in private: the pairing code, bare or after /start. */
export const pairing =
  ({ users }: Pick<BotDeps, 'users'>): MiddlewareFn<BotContext> =>
  async (ctx) => {
    if (ctx.chat?.type !== 'private' || !ctx.message || !('text' in ctx.message)) return;
    const code = CODE.exec(ctx.message.text.trim())?.[1];
    if (!code || !ctx.from) return;
    const telegramId = BigInt(ctx.from.id);
    if (!(await users.pair(telegramId, new Secret(code)))) return;
    ctx.person = await users.upsert({ ...namesOf(ctx.from), telegramId, seen: true });
    await ctx.say(ctx.t('start.paired', { name: ctx.from.first_name }));
    await registerCommands(ctx);
  };

export const start = () => {
  const feature = new Composer<BotContext>();
  feature.start(async (ctx) => {
    const { role } = ctx.person;
    await ctx.say(
      ctx.t('start.hello', { name: ctx.from.first_name, role: ctx.t(`role.${role ?? 'viewer'}`) }),
    );
    await registerCommands(ctx);
  });
  return feature;
};
