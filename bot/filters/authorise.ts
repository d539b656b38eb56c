import type { MiddlewareFn } from 'telegraf';
import type { User } from '#domain/user.ts';
import type { BotContext } from '../context.ts';
import type { BotDeps } from '../deps.ts';
import { translatorFor } from '../locales/translate.ts';

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
    const telegramId = BigInt(from.id);
    const known = await users.find(telegramId);
    ctx.t = translatorFor(known, from.language_code);
    // The setting makes first owners; what people took away it does not give back.
    const listed =
      adminIds.has(telegramId) && !known?.role && !(await users.wasLowered(telegramId));
    const { chat } = ctx;
    const menu = (person: User) =>
      chat && ctx.menus.show({ chatId: chat.id, private: chat.type === 'private' }, person);
    if (known && !known.role) menu(known);
    // A stranger leaves no row: anybody in the world could fill the table.
    if (!known?.role && !listed) return stranger(ctx, next);
    ctx.person = await users.upsert({
      ...namesOf(from),
      telegramId,
      seen: true,
      ...(listed && { role: 'owner' }),
    });
    menu(ctx.person);
    return next();
  };

type Names = Pick<User, 'username' | 'firstName' | 'lastName' | 'languageCode'>;

export const namesOf = (from: NonNullable<BotContext['from']>): Names => ({
  username: from.username ?? null,
  firstName: from.first_name,
  lastName: from.last_name ?? null,
  languageCode: from.language_code ?? null,
});
