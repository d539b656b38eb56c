import { createSecretBox } from '#adapters/secret-box.ts';
import type { Secret } from '#domain/secret.ts';
import type { AgentKeys } from '#domain/tool-deps.ts';
import { createPrismaClient } from '#prisma/client.ts';
import type { SimFleet } from '#simulators/fleet/fleet.ts';

export interface Known {
  readonly id: number;
  readonly handle: string;
  readonly address: string;
}

const WEEK_MS = 7 * 86_400_000;

/** Servers as they stand after a quiet week: prepared, in use, their keys verified. */
export async function seedRows(
  databaseUrl: string,
  servers: readonly Known[],
  given: {
    readonly fleet: SimFleet;
    readonly key: Pick<AgentKeys, 'privateKey' | 'fingerprint'>;
    readonly secretsKey: Secret;
  },
): Promise<void> {
  const prisma = createPrismaClient({ databaseUrl });
  const at = new Date(Date.now() - WEEK_MS);
  const group = await prisma.serverGroup.update({
    where: { name: 'default' },
    data: { mode: 'auto', highestRung: 'reboot' },
  });
  const account = await prisma.providerAccount.create({
    data: { name: 'time4vps', provider: 'time4vps', firstSyncAt: at, lastSyncAt: at },
  });
  const ciphertext = createSecretBox({ keys: [given.secretsKey] }).seal(given.key.privateKey);
  for (const { id, handle, address } of servers) {
    const { type, key } = given.fleet.at(address).hostKey;
    await prisma.server.create({
      data: {
        ...{ handle, providerRef: String(id), providerAccountId: account.id, groupId: group.id },
        ...{ status: 'in_use', care: 'managed', careByHuman: true, episode: 1 },
        connection: { create: { ipv4: address, port: given.fleet.port } },
        hostKeys: { create: { type, key, recordedAt: at } },
        credentials: {
          create: {
            ...{ kind: 'ssh_key', user: 'root', ciphertext, verifiedAt: at, createdAt: at },
            fingerprint: given.key.fingerprint,
          },
        },
      },
    });
  }
  await prisma.$disconnect();
}
