import type { UserRepository } from '#domain/repositories.ts';
import type { User } from '#domain/user.ts';

/** Actors as people know them: `tg:42` by name; what the agent does by itself has no author (''). */
export type Names = (actor: string | null | undefined) => Promise<string>;

const TELEGRAM = /^tg:(\d{1,18})$/;
const idOf = (actor: string): bigint | null => {
  const id = TELEGRAM.exec(actor)?.[1];
  return id === undefined ? null : BigInt(id);
};
const called = (user: User | null | undefined, actor: string): string =>
  user?.username ? `@${user.username}` : (user?.firstName ?? actor);
/** The agent and its parts. */
const isAgent = (actor: string): boolean => /^agent(:|$)/.test(actor);

export const createNames =
  (users: Pick<UserRepository, 'find'>): Names =>
  async (actor) => {
    if (!actor) return '';
    const id = idOf(actor);
    if (id === null) return isAgent(actor) ? '' : actor;
    return called(await users.find(id), actor);
  };

/** The names of many actors in one query: for lists. */
export async function nameBook(
  users: Pick<UserRepository, 'findMany'>,
  actors: readonly (string | null)[],
): Promise<(actor: string | null) => string> {
  const ids = [...new Set(actors.flatMap((actor) => idOf(actor ?? '') ?? []))];
  const known = ids.length > 0 ? await users.findMany(ids) : [];
  const byId = new Map(known.map((user) => [user.telegramId, user]));
  return (actor) => {
    if (!actor) return '';
    const id = idOf(actor);
    if (id === null) return isAgent(actor) ? '' : actor;
    return called(byId.get(id), actor);
  };
}
