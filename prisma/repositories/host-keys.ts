import type { HostKeyRepository } from '#domain/repositories.ts';
import { appendAudit } from './audit.ts';
import type { RepositoryDeps } from './deps.ts';
import { lockServer } from './server-rows.ts';

export function createHostKeys({ prisma, clock }: RepositoryDeps): HostKeyRepository {
  return {
    async list(serverHandle) {
      return prisma.hostKey.findMany({
        where: { server: { handle: serverHandle } },
        orderBy: [{ type: 'asc' }, { key: 'asc' }],
        select: { type: true, key: true },
      });
    },

    async replace(serverHandle, keys, reason) {
      await prisma.$transaction(async (tx) => {
        const server = await lockServer(tx, { handle: serverHandle });
        const { count } = await tx.hostKey.deleteMany({ where: { serverId: server.id } });
        await tx.hostKey.createMany({
          data: keys.map(({ type, key }) => ({ serverId: server.id, type, key })),
          skipDuplicates: true,
        });
        await appendAudit(tx, clock, {
          ...{ actor: 'agent', action: 'host_keys.replace', target: serverHandle },
          operationId: null,
          data: { reason, before: count, types: keys.map((key) => key.type) },
        });
      });
    },
  };
}
