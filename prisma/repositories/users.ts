import type { UserRepository } from '#domain/repositories.ts';
import { cleanText } from './clean.ts';
import type { RepositoryDeps } from './deps.ts';
import { createInvitations } from './invitations.ts';
import { createRoles } from './roles.ts';
import { toUser } from './user-rows.ts';

export function createUsers(deps: RepositoryDeps): UserRepository {
  const { prisma, clock } = deps;
  return {
    ...createInvitations(deps),
    ...createRoles(deps),

    async upsert({ telegramId, role, seen, ...names }) {
      const data = {
        username: names.username && cleanText(names.username),
        firstName: names.firstName && cleanText(names.firstName),
        lastName: names.lastName && cleanText(names.lastName),
        languageCode: names.languageCode,
        ...(role === undefined ? {} : { role }),
        ...(seen ? { lastSeen: clock.now() } : {}),
      };
      const row = await prisma.user.upsert({
        where: { telegramId },
        create: { telegramId, ...data },
        update: data,
      });
      return toUser(row);
    },

    async find(telegramId) {
      const row = await prisma.user.findUnique({ where: { telegramId } });
      return row && toUser(row);
    },

    async findMany(telegramIds) {
      const rows = await prisma.user.findMany({
        where: { telegramId: { in: [...telegramIds] } },
      });
      return rows.map(toUser);
    },

    async list({ offset, limit, withRole }) {
      const where = withRole ? { role: { not: null } } : {};
      const [items, total] = await prisma.$transaction([
        prisma.user.findMany({ where, orderBy: { telegramId: 'asc' }, skip: offset, take: limit }),
        prisma.user.count({ where }),
      ]);
      return { items: items.map(toUser), total };
    },

    async choose(telegramId, { language, timeZone }) {
      const row = await prisma.user.update({
        where: { telegramId },
        data: {
          ...(language === undefined ? {} : { language }),
          ...(timeZone === undefined ? {} : { timeZone }),
        },
      });
      return toUser(row);
    },
  };
}
