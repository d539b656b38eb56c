import { createHash, randomBytes } from 'node:crypto';
import type { ApiTokenRepository } from '#domain/repositories.ts';
import { Secret } from '#domain/secret.ts';
import { type ApiToken, assertScopeOfRole, type Role, type Scope } from '#domain/user.ts';
import { isUuid } from './clean.ts';
import type { RepositoryDeps, Tx } from './deps.ts';

/** `last_used_at` is for people: it is not written on every request. */
const USE_NOTED_AFTER_MS = 60_000;
const SELECT = {
  ...{ id: true, name: true, scope: true, ownerId: true },
  ...{ createdAt: true, lastUsedAt: true, revokedAt: true },
} as const;

export function createApiTokens({ prisma, clock }: RepositoryDeps): ApiTokenRepository {
  return {
    create: (name, scope, ownerId = null) =>
      prisma.$transaction(async (tx) => {
        if (ownerId !== null) await assertCovered(tx, ownerId, scope);
        const plain = new Secret(`zvh_${randomBytes(32).toString('base64url')}`);
        const data = { name, scope, ownerId, hash: hashOf(plain) };
        return { token: await tx.apiToken.create({ data, select: SELECT }), plain };
      }),

    async authenticate(plain) {
      const token: ApiToken | null = await prisma.apiToken.findUnique({
        where: { hash: hashOf(plain), revokedAt: null },
        select: SELECT,
      });
      const now = clock.now();
      if (token && now.getTime() - (token.lastUsedAt?.getTime() ?? 0) > USE_NOTED_AFTER_MS) {
        await prisma.apiToken.updateMany({ where: { id: token.id }, data: { lastUsedAt: now } });
      }
      return token;
    },

    list: () => prisma.apiToken.findMany({ orderBy: { createdAt: 'asc' }, select: SELECT }),

    async revoke(id) {
      if (!isUuid(id)) return false;
      const { count } = await prisma.apiToken.updateMany({
        where: { id, revokedAt: null },
        data: { revokedAt: clock.now() },
      });
      return count > 0;
    },
  };
}

/** The row stays locked until the commit: a role that goes meanwhile ends this token too. */
async function assertCovered(tx: Tx, telegramId: bigint, scope: Scope): Promise<void> {
  const [owner] = await tx.$queryRaw<{ role: Role | null }[]>`
    SELECT role::text AS role FROM user_account WHERE telegram_id = ${telegramId} FOR SHARE`;
  assertScopeOfRole(owner?.role ?? null, scope);
}

/** Random tokens of 256 bits need no slow hash. */
const hashOf = (plain: Secret) => createHash('sha256').update(plain.reveal()).digest('hex');
