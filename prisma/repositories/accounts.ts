import type { AccountRepository } from '#domain/repositories.ts';
import type { RepositoryDeps } from './deps.ts';

export const createAccounts = ({ prisma }: RepositoryDeps): AccountRepository => ({
  list: () =>
    prisma.providerAccount.findMany({
      select: { id: true, name: true, provider: true, lastSyncAt: true },
      orderBy: { name: 'asc' },
    }),
});
