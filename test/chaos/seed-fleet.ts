import { createHash } from 'node:crypto';
import { createSecretBox } from '#adapters/secret-box.ts';
import type { Secret } from '#domain/secret.ts';
import { createPrismaClient } from '#prisma/client.ts';
import { KEY, type World } from './world.ts';

const DAY_MS = 86_400_000;

/** The same id for the same name: slots in time follow from it, and with them the whole course. */
function idOf(name: string): string {
  const hex = createHash('sha256').update(name).digest('hex');
  const parts = [hex.slice(0, 8), hex.slice(8, 12), `7${hex.slice(13, 16)}`];
  return [...parts, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join('-');
}

/** The fleet as it stands after a quiet week: prepared, in use, its keys verified; and two owners. */
export async function seedFleet(
  databaseUrl: string,
  { servers, fleet, accounts, clock }: World,
  { key, owners }: { readonly key: Secret; readonly owners: readonly bigint[] },
): Promise<void> {
  const prisma = createPrismaClient({ databaseUrl });
  const at = new Date(clock.now().getTime() - 7 * DAY_MS);
  const { id: groupId } = await prisma.serverGroup.findUniqueOrThrow({
    where: { name: 'default' },
  });
  await prisma.providerAccount.createMany({
    data: accounts.map(({ name }) => ({
      ...{ id: idOf(name), name, provider: 'time4vps', firstSyncAt: at, lastSyncAt: at },
    })),
  });
  await prisma.server.createMany({
    data: servers.map(({ handle, id, account, region }) => ({
      ...{ id: idOf(handle), handle, providerRef: String(id), providerAccountId: idOf(account) },
      ...{ status: 'in_use' as const, care: 'managed' as const, careByHuman: true, groupId },
      ...{ episode: 1, provisioningAttempts: 1, region, hostname: `${handle}.example.net` },
    })),
  });
  const ids = servers.map(({ handle, address }) => ({ serverId: idOf(handle), address }));
  await prisma.serverConnection.createMany({
    data: ids.map(({ serverId, address }) => ({ serverId, ipv4: address, port: fleet.port })),
  });
  await prisma.hostKey.createMany({
    data: ids.map(({ serverId, address }) => {
      const { type, key: blob } = fleet.at(address).hostKey;
      return { serverId, recordedAt: at, type, key: blob };
    }),
  });
  const ciphertext = createSecretBox({ keys: [key] }).seal(KEY.privateKey);
  await prisma.credential.createMany({
    data: ids.map(({ serverId }) => ({
      ...{ serverId, kind: 'ssh_key' as const, user: 'root', ciphertext },
      ...{ fingerprint: KEY.fingerprint, verifiedAt: at, createdAt: at },
    })),
  });
  await prisma.user.createMany({
    data: owners.map((telegramId) => ({ telegramId, role: 'owner' as const })),
  });
  await prisma.$disconnect();
}
