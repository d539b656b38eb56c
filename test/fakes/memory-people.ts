import { OpsError } from '#domain/errors.ts';
import type { PersonNames, UserRepository } from '#domain/repositories.ts';
import { Secret } from '#domain/secret.ts';
import { type Role, roleCovers, type User } from '#domain/user.ts';

export const aUser = (telegramId: bigint, role: Role | null, over: Partial<User> = {}): User => ({
  telegramId,
  username: null,
  firstName: null,
  lastName: null,
  languageCode: null,
  role,
  language: null,
  timeZone: null,
  createdAt: new Date(),
  lastSeen: null,
  ...over,
});

interface Code {
  readonly role: Role;
  readonly by: string | null;
  readonly expiresAt: Date;
}

/** The promises of UserRepository about people, codes and the last owner, in memory. */
export function memoryPeople(
  users: Map<bigint, User>,
  {
    pairing,
    now = () => new Date(),
  }: { readonly pairing?: string; readonly now?: () => Date } = {},
) {
  const codes = new Map<string, Code>();
  const lowered = new Set<bigint>();
  if (pairing !== undefined) {
    codes.set(plain(pairing), { role: 'owner', by: null, expiresAt: new Date(8.64e15) });
  }
  const put = (user: User): User => {
    users.set(user.telegramId, user);
    return user;
  };
  const owners = () => [...users.values()].filter(({ role }) => role === 'owner');
  const assertOwner = (by: string) => {
    if (!by.startsWith('tg:') || owners().some((user) => by === `tg:${user.telegramId}`)) return;
    throw new OpsError('forbidden', 'Only an owner may do that.');
  };
  const known = (id: bigint): User => {
    const user = users.get(id);
    if (!user) throw new OpsError('not_found', `No user has the Telegram id ${id}.`);
    return user;
  };
  let made = 0;

  const people = {
    async upsert({ role, seen, ...names }: PersonNames & { role?: Role; seen: boolean }) {
      const before = users.get(names.telegramId) ?? aUser(names.telegramId, null);
      return put({
        ...before,
        ...names,
        role: role ?? before.role,
        lastSeen: seen ? now() : before.lastSeen,
      });
    },
    find: async (id) => users.get(id) ?? null,
    findMany: async (ids) => ids.flatMap((id) => users.get(id) ?? []),
    async list({ offset, limit, withRole }) {
      const all = [...users.values()].filter(({ role }) => !withRole || role !== null);
      return { items: all.slice(offset, offset + limit), total: all.length };
    },
    async issuePairingCode(ttlSeconds) {
      return owners().length > 0 ? null : add('owner', null, ttlSeconds).code;
    },
    async invite(role, by, ttlSeconds) {
      assertOwner(by);
      return add(role, by, ttlSeconds);
    },
    async join({ telegramId, ...names }, code) {
      const key = plain(code.reveal());
      const found = codes.get(key);
      if (!found || found.expiresAt <= now() || (found.by === null && owners().length > 0)) {
        return { outcome: 'refused' };
      }
      const before = users.get(telegramId)?.role ?? null;
      const first = found.by === null;
      if (before && roleCovers(before, found.role)) {
        return { outcome: 'kept', role: before, first };
      }
      codes.delete(key);
      lowered.delete(telegramId);
      put({ ...(users.get(telegramId) ?? aUser(telegramId, null)), ...names, role: found.role });
      return { outcome: before ? 'raised' : 'joined', role: found.role, first };
    },
    async setRole(telegramId, role, by, { evenLastOwner = false } = {}) {
      assertOwner(by);
      const user = known(telegramId);
      const before = user.role;
      if (before === 'owner' && role !== 'owner' && owners().length === 1 && !evenLastOwner) {
        throw new OpsError('conflict', 'The last owner cannot be removed or made less.', {
          hint: 'Make another user owner first; on the host, --even-last-owner takes the last one too.',
        });
      }
      if (before && !roleCovers(role, before)) lowered.add(telegramId);
      else lowered.delete(telegramId);
      return { user: put({ ...user, role }), before };
    },
    wasLowered: async (id) => lowered.has(id),
    choose: async (id, choice) =>
      put({
        ...known(id),
        ...(choice.language === undefined ? {} : { language: choice.language }),
        ...(choice.timeZone === undefined ? {} : { timeZone: choice.timeZone }),
      }),
  } satisfies UserRepository;
  return people;

  function add(role: Role, by: string | null, ttlSeconds: number) {
    made += 1;
    // Digits from 2 on, as in real codes.
    const number = [...made.toString(8).padStart(6, '0')].map((digit) => Number(digit) + 2);
    const code = new Secret(`CODE${number.join('')}`);
    const expiresAt = new Date(now().getTime() + ttlSeconds * 1000);
    codes.set(plain(code.reveal()), { role, by, expiresAt });
    return { code, expiresAt };
  }
}

const plain = (code: string): string => code.toUpperCase().replaceAll(/[\s-]/g, '');
