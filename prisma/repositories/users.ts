import { createHash, randomInt } from 'node:crypto';
import type { UserRepository } from '#domain/repositories.ts';
import { Secret } from '#domain/secret.ts';
import { appendAudit } from './audit.ts';
import { cleanText } from './clean.ts';
import type { RepositoryDeps } from './deps.ts';

/**
 * Wrong codes, by anybody, after which the code is dead and a new one has to be issued: far too few
 * to guess one of 31^10, and more than a stranger sends to spoil it.
 */
const MOST_TRIES = 1000;
/** Without letters and digits that look alike. */
const ALPHABET = 'ABCDEFGHJKMNPQRSTUVWXYZ23456789';
const CODE_LENGTH = 10;

export function createUsers({ prisma, clock }: RepositoryDeps): UserRepository {
  const hasOwner = async () => (await prisma.user.count({ where: { role: 'owner' } })) > 0;

  return {
    upsert({ telegramId, role, seen, ...names }) {
      const data = {
        username: names.username && cleanText(names.username),
        firstName: names.firstName && cleanText(names.firstName),
        lastName: names.lastName && cleanText(names.lastName),
        languageCode: names.languageCode,
        ...(role === undefined ? {} : { role }),
        ...(seen ? { lastSeen: clock.now() } : {}),
      };
      return prisma.user.upsert({
        where: { telegramId },
        create: { telegramId, ...data },
        update: data,
      });
    },

    find: (telegramId) => prisma.user.findUnique({ where: { telegramId } }),

    findMany: (telegramIds) =>
      prisma.user.findMany({ where: { telegramId: { in: [...telegramIds] } } }),

    async list({ offset, limit }) {
      const [items, total] = await prisma.$transaction([
        prisma.user.findMany({ orderBy: { telegramId: 'asc' }, skip: offset, take: limit }),
        prisma.user.count(),
      ]);
      return { items, total };
    },

    async issuePairingCode(ttlSeconds) {
      if (await hasOwner()) return null;
      const code = Array.from({ length: CODE_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]);
      const plain = new Secret(code.join(''));
      const expiresAt = new Date(clock.now().getTime() + ttlSeconds * 1000);
      await prisma.$transaction([
        prisma.invitation.deleteMany({ where: { role: 'owner', usedAt: null, createdBy: null } }),
        prisma.invitation.create({ data: { codeHash: hashOf(plain), role: 'owner', expiresAt } }),
      ]);
      return plain;
    },

    async pair(telegramId, code) {
      if (await hasOwner()) return false;
      const now = clock.now();
      return prisma.$transaction(async (tx) => {
        const open = { role: 'owner', usedAt: null, expiresAt: { gt: now } } as const;
        const won = await tx.invitation.updateMany({
          where: { ...open, codeHash: hashOf(code), tries: { lt: MOST_TRIES } },
          data: { usedAt: now, usedBy: telegramId },
        });
        if (won.count === 0) {
          await tx.invitation.updateMany({ where: open, data: { tries: { increment: 1 } } });
          return false;
        }
        await tx.user.upsert({
          where: { telegramId },
          create: { telegramId, role: 'owner' },
          update: { role: 'owner' },
        });
        await appendAudit(tx, clock, {
          ...{ actor: `tg:${telegramId}`, action: 'user.paired', target: `tg:${telegramId}` },
          ...{ operationId: null, data: { role: 'owner' } },
        });
        return true;
      });
    },
  };
}

/** As a person types it: case and the dashes or spaces between do not matter. */
const hashOf = (code: Secret): string =>
  createHash('sha256').update(code.reveal().toUpperCase().replaceAll(/[\s-]/g, '')).digest('hex');
