import { Composer, type MiddlewareFn } from 'telegraf';
import { Secret } from '#domain/secret.ts';
import type { BotContext } from '../context.ts';
import type { BotDeps } from '../deps.ts';
import { namesOf } from '../filters/authorise.ts';
import { createTries } from '../filters/tries.ts';

type StartDeps = Pick<BotDeps, 'users' | 'clock'>;

/**
 * What may be a code: ten or so letters and digits, with a digit among them, typed with or without
 * dashes and spaces. The codes die of wrong tries, so that small talk must not count as one.
 */
const CODE = /^(?:\/start(?:@\w+)?\s+)?(?=.*[2-9])((?:[A-Z2-9][ -]?){9,12})$/i;

/** The code in a message of a private chat; elsewhere a code is no code. */
function codeIn(ctx: BotContext): Secret | null {
  if (ctx.chat?.type !== 'private' || !ctx.message || !('text' in ctx.message)) return null;
  const code = CODE.exec(ctx.message.text.trim())?.[1];
  return code ? new Secret(code) : null;
}

/** Tries the code in a message, if there is one; false when it did nothing. */
const joining = ({ users, clock }: StartDeps) => {
  const mayTry = createTries({ clock });
  return async (ctx: BotContext): Promise<boolean> => {
    const code = codeIn(ctx);
    const { from, chat } = ctx;
    if (!code || !from || !chat || !mayTry(from.id)) return false;
    const names = { ...namesOf(from), telegramId: BigInt(from.id) };
    const joined = await users.join(names, code);
    if (joined.outcome === 'refused') return false;
    ctx.person = await users.upsert({ ...names, seen: true });
    ctx.menus.show({ chatId: chat.id, private: true }, ctx.person);
    const params = { name: from.first_name, role: ctx.t(`role.${joined.role}`) };
    const paired = joined.first && joined.outcome !== 'kept';
    await ctx.say(ctx.t(paired ? 'start.paired' : `join.${joined.outcome}`, params));
    return true;
  };
};

/** A stranger is heard for one thing only, in private: a code, bare or after /start. */
export const pairing = (deps: StartDeps): MiddlewareFn<BotContext> => {
  const join = joining(deps);
  return async (ctx) => void (await join(ctx));
};

export const start = (deps: StartDeps) => {
  const feature = new Composer<BotContext>();
  const join = joining(deps);
  // Somebody with a role may have been given a code of a higher one.
  feature.on('message', async (ctx, next) => ((await join(ctx)) ? undefined : next()));
  feature.start((ctx) => {
    const role = ctx.t(`role.${ctx.person.role ?? 'viewer'}`);
    return ctx.say(ctx.t('start.hello', { name: ctx.from.first_name, role }));
  });
  return feature;
};
