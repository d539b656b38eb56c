import type { HeldLease, Leases } from '#domain/ports.ts';
import type { Secret } from '#domain/secret.ts';
import type { Role, User } from '#domain/user.ts';

export const aUser = (telegramId: bigint, role: Role | null): User => ({
  telegramId,
  username: null,
  firstName: null,
  lastName: null,
  languageCode: null,
  role,
  createdAt: new Date(),
  lastSeen: null,
});

/** People, and one pairing code. */
export function memoryUsers(users: Map<bigint, User>, pairing: string) {
  let code: string | null = pairing;
  return {
    find: async (id: bigint) => users.get(id) ?? null,
    async list({ offset, limit }: { offset: number; limit: number }) {
      const all = [...users.values()];
      return { items: all.slice(offset, offset + limit), total: all.length };
    },
    async upsert({
      role,
      seen,
      ...names
    }: Omit<User, 'role' | 'createdAt' | 'lastSeen'> & { role?: Role; seen: boolean }) {
      const before = users.get(names.telegramId) ?? aUser(names.telegramId, null);
      const user: User = {
        ...before,
        ...names,
        role: role ?? before.role,
        lastSeen: seen ? new Date() : before.lastSeen,
      };
      users.set(names.telegramId, user);
      return user;
    },
    async pair(telegramId: bigint, given: Secret) {
      if (given.reveal() !== code) return false;
      code = null;
      users.set(telegramId, aUser(telegramId, 'owner'));
      return true;
    },
  };
}

/** One lease that can be lost. */
export function memoryLeases(): Leases & { lose(): void } {
  let held: AbortController | null = null;
  return {
    async take(resource): Promise<HeldLease | null> {
      if (held) return null;
      const mine = new AbortController();
      held = mine;
      return {
        resource,
        fence: 1,
        signal: mine.signal,
        async release() {
          if (held === mine) held = null;
        },
      };
    },
    lose() {
      held?.abort();
      held = null;
    },
  };
}
