import type { MiddlewareFn } from 'telegraf';
import type { User } from '#domain/user.ts';
import type { BotContext } from '../context.ts';
import type { BotDeps } from '../deps.ts';
import { languageOf, translator } from '../locales/translate.ts';

/**
 * Lets through people with a role, by `from.id` on every update and every tap. Others get silence,
 * unless `stranger` has something for them (a pairing code). Bots, channels and anonymous admins
 * speak for nobody.
 */
export const authorise =
  (
    { users, adminIds }: Pick<BotDeps, 'users' | 'adminIds'>,
    stranger: MiddlewareFn<BotContext>,
  ): MiddlewareFn<BotContext> =>
  async (ctx, next) => {
    const { from } = ctx;
    if (!from || from.is_bot) return;
    if (ctx.message && 'sender_chat' in ctx.message && ctx.message.sender_chat) return;
    ctx.t = translator(languageOf(from.language_code));
    const telegramId = BigInt(from.id);
    const known = await users.find(telegramId);
    const listed = adminIds.has(telegramId) && (known?.role ?? null) === null;
    // A stranger leaves no row: anybody in the world could fill the table.
    if (!known?.role && !listed) return stranger(ctx, next);
    ctx.person = await users.upsert({
      ...namesOf(from),
      telegramId,
      seen: true,
      ...(listed && { role: 'owner' }),
    });
    return next();
  };

type Names = Pick<User, 'username' | 'firstName' | 'lastName' | 'languageCode'>;

export const namesOf = (from: NonNullable<BotContext['from']>): Names => ({
  username: from.username ?? null,
  firstName: from.first_name,
  lastName: from.last_name ?? null,
  languageCode: from.language_code ?? null,
});
