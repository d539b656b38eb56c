import { OpsError } from '#domain/errors.ts';
import type { Server } from '#domain/server.ts';
import type { Prisma } from '#generated/prisma/client.ts';
import type { Tx } from './deps.ts';

export const SERVER_INCLUDE = {
  providerAccount: { select: { provider: true } },
  group: { select: { name: true, openPorts: true } },
  ports: { select: { port: true } },
  connection: { include: { jumpServer: { select: { handle: true } } } },
  _count: { select: { reachedOver: true } },
} as const satisfies Prisma.ServerInclude;

export type ServerRow = Prisma.ServerGetPayload<{ include: typeof SERVER_INCLUDE }>;

export function toServer(row: ServerRow): Server {
  const { connection } = row;
  if (!connection) throw new OpsError('internal', `${row.handle} has no connection.`);
  return {
    id: row.id,
    handle: row.handle,
    providerAccountId: row.providerAccountId,
    provider: row.providerAccount.provider,
    providerRef: row.providerRef,
    status: row.status,
    statusBefore: row.statusBefore,
    care: row.care,
    handsOff: row.handsOff,
    connection: {
      ipv4: connection.ipv4,
      ipv6: connection.ipv6,
      family: connection.family,
      port: connection.port,
      user: connection.user,
      become: connection.become,
      jumpHost: connection.jumpServer?.handle ?? null,
    },
    group: row.group.name,
    openPorts: [...new Set([...row.group.openPorts, ...row.ports.map(({ port }) => port)])],
    labels: row.labels as Record<string, string>,
    notes: row.notes,
    os: row.os,
    hostname: row.hostname,
    episode: row.episode,
    provisioningAttempts: row.provisioningAttempts,
    lastHealthCheck: row.lastHealthCheck,
    lastIncident: row.lastIncident,
    servesAsJumpHost: row._count.reachedOver > 0,
    missingSince: row.missingSince,
    mode: row.mode,
    rebuildable: row.rebuildable,
    region: row.region,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
  };
}

/**
 * The server's row, locked until the transaction ends. Lock order everywhere: account, server,
 * operation, the rest, and the audit chain last. NO KEY, as new rows that refer to it must not wait.
 * @throws OpsError `not_found`
 */
export async function lockServer(
  tx: Tx,
  where: { handle: string } | { id: string },
): Promise<ServerRow> {
  const found =
    'id' in where
      ? await tx.$queryRaw<{ id: string }[]>`
          SELECT id FROM server WHERE id = ${where.id}::uuid FOR NO KEY UPDATE`
      : await tx.$queryRaw<{ id: string }[]>`
          SELECT id FROM server WHERE handle = ${where.handle} FOR NO KEY UPDATE`;
  const id = found[0]?.id;
  if (!id) throw noServer('handle' in where ? where.handle : where.id);
  return tx.server.findUniqueOrThrow({ where: { id }, include: SERVER_INCLUDE });
}

export async function serverIdOf(tx: Tx, handle: string): Promise<string> {
  const row = await tx.server.findUnique({ where: { handle }, select: { id: true } });
  if (!row) throw noServer(handle);
  return row.id;
}

export function noServer(handle: string): OpsError {
  return new OpsError('not_found', `There is no server ${handle}.`, {
    hint: 'See the list of servers for the handles there are.',
    details: { server_handle: handle },
  });
}
