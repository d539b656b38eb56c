import { createHash, randomBytes } from 'node:crypto';
import type { ApiTokenRepository } from '#domain/repositories.ts';
import { Secret } from '#domain/secret.ts';
import type { ApiToken } from '#domain/user.ts';
import { isUuid } from './clean.ts';
import type { RepositoryDeps } from './deps.ts';

/** `last_used_at` is for people: it is not written on every request. */
const USE_NOTED_AFTER_MS = 60_000;
const SELECT = {
  ...{ id: true, name: true, scope: true, createdAt: true, lastUsedAt: true, revokedAt: true },
} as const;

export function createApiTokens({ prisma, clock }: RepositoryDeps): ApiTokenRepository {
  return {
    async create(name, scope) {
      const plain = new Secret(`zvh_${randomBytes(32).toString('base64url')}`);
      const data = { name, scope, hash: hashOf(plain) };
      return { token: await prisma.apiToken.create({ data, select: SELECT }), plain };
    },

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

/** Random tokens of 256 bits need no slow hash. */
const hashOf = (plain: Secret) => createHash('sha256').update(plain.reveal()).digest('hex');
