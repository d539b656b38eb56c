import type { UserRepository } from '#domain/repositories.ts';

/** Actors as people know them: `tg:42` by name; what the agent does by itself has no author (''). */
export type Names = (actor: string | null | undefined) => Promise<string>;

export const createNames =
  (users: Pick<UserRepository, 'find'>): Names =>
  async (actor) => {
    if (!actor) return '';
    const telegramId = /^tg:(\d{1,18})$/.exec(actor)?.[1];
    if (telegramId === undefined) return /^agent(:|$)/.test(actor) ? '' : actor;
    const user = await users.find(BigInt(telegramId));
    return user?.username ? `@${user.username}` : (user?.firstName ?? actor);
  };
