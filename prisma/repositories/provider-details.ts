import { isIPv4, isIPv6 } from 'node:net';
import type { ProviderFacts } from '#domain/provider.ts';
import type { ProviderDetailsRepository } from '#domain/repositories.ts';
import type { Prisma } from '#generated/prisma/client.ts';
import { cleanJson } from './clean.ts';
import type { RepositoryDeps } from './deps.ts';

export function createProviderDetails({
  prisma,
  clock,
}: RepositoryDeps): ProviderDetailsRepository {
  return {
    async find(serverId) {
      const row = await prisma.providerDetails.findUnique({ where: { serverId } });
      return row && { facts: row.facts as unknown as ProviderFacts, seenAt: row.seenAt };
    },

    put: (serverId, facts) =>
      prisma.$transaction(async (tx) => {
        const data = { facts: cleanJson({ ...facts }), seenAt: clock.now() };
        await tx.providerDetails.upsert({
          where: { serverId },
          create: { serverId, ...data },
          update: data,
        });
        const { os } = facts;
        if (os !== null) {
          await tx.server.updateMany({
            where: { id: serverId, OR: [{ os: null }, { os: { not: os } }] },
            data: { os },
          });
        }
        // Only what is missing: the list, or a human, has the first word on addresses.
        for (const [family, address] of addressesOf(facts)) {
          await tx.serverConnection.updateMany({
            where: { serverId, addressesByHuman: false, [family]: null },
            data: { [family]: address },
          });
        }
      }),

    async stale(account, before, limit) {
      const listed = {
        providerAccount: { name: account },
        status: { notIn: ['unreachable', 'decommissioned'] },
      } satisfies Prisma.ServerWhereInput;
      const select = { id: true, handle: true, providerRef: true } as const;
      const unknown = await prisma.server.findMany({
        where: { ...listed, details: null },
        orderBy: { handle: 'asc' },
        ...{ take: limit, select },
      });
      const old = await prisma.server.findMany({
        where: { ...listed, details: { seenAt: { lt: before } } },
        orderBy: [{ details: { seenAt: 'asc' } }, { handle: 'asc' }],
        ...{ take: limit - unknown.length, select },
      });
      return [...unknown, ...old].map(({ id, handle, providerRef: ref }) => ({ id, handle, ref }));
    },
  };
}

function addressesOf({
  ipv4,
  ipv6,
}: ProviderFacts): readonly (readonly ['ipv4' | 'ipv6', string])[] {
  return [
    ...(ipv4 !== null && isIPv4(ipv4) ? [['ipv4', ipv4] as const] : []),
    ...(ipv6 !== null && isIPv6(ipv6) ? [['ipv6', ipv6] as const] : []),
  ];
}
