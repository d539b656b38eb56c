import { isIPv4, isIPv6 } from 'node:net';
import { OpsError } from '#domain/errors.ts';
import type { ServerPatch } from '#domain/repositories.ts';
import type { Connection } from '#domain/server.ts';
import type { Prisma } from '#generated/prisma/client.ts';
import type { Tx } from './deps.ts';
import { serverIdOf } from './server-rows.ts';

const DEEPEST_HOP = 8;

/** The group's id; a group is made by being named. */
export async function groupId(tx: Tx, name: string): Promise<string> {
  const group = await tx.serverGroup.upsert({ where: { name }, create: { name }, update: {} });
  return group.id;
}

/** Columns of a connection, checked. @throws OpsError `invalid_input`, `not_found` (jump host) */
export async function connectionColumns(
  tx: Tx,
  handle: string,
  { jumpHost, ...given }: Partial<Connection>,
): Promise<Omit<Prisma.ServerConnectionUncheckedCreateInput, 'serverId'>> {
  if (given.ipv4 && !isIPv4(given.ipv4)) throw invalid(`${given.ipv4} is no IPv4 address.`);
  if (given.ipv6 && !isIPv6(given.ipv6)) throw invalid(`${given.ipv6} is no IPv6 address.`);
  const { port } = given;
  if (port !== undefined && !(Number.isInteger(port) && port > 0 && port < 65_536)) {
    throw invalid(`${port} is no port.`);
  }
  if (jumpHost === undefined) return given;
  return { ...given, jumpServerId: jumpHost && (await jumpServerId(tx, handle, jumpHost)) };
}

/** A way over other servers must end: one that leads back here, or is too long, is refused. */
async function jumpServerId(tx: Tx, handle: string, jumpHost: string): Promise<string> {
  const id = await serverIdOf(tx, jumpHost);
  let next: string | null = jumpHost;
  for (let hops = 0; next !== null; hops++) {
    if (next === handle || hops >= DEEPEST_HOP) {
      throw invalid(`${handle} cannot be reached over ${jumpHost}: that way leads back to it.`);
    }
    const row: { connection: { jumpServer: { handle: string } | null } | null } | null =
      await tx.server.findUnique({
        where: { handle: next },
        select: { connection: { select: { jumpServer: { select: { handle: true } } } } },
      });
    next = row?.connection?.jumpServer?.handle ?? null;
  }
  return id;
}

/** What a patch by `by` changes; people's words outlast what the provider's list says. */
export async function patchColumns(
  tx: Tx,
  handle: string,
  patch: ServerPatch,
  by: string,
): Promise<Prisma.ServerUpdateInput> {
  const { notes, care, handsOff, group, labels, mode, rebuildable, region, connection } = patch;
  const human = !by.startsWith('agent');
  const addresses = connection?.ipv4 !== undefined || connection?.ipv6 !== undefined;
  return {
    ...(notes === undefined ? {} : { notes }),
    ...(care === undefined ? {} : { care, ...(human ? { careByHuman: true } : {}) }),
    ...(handsOff === undefined ? {} : { handsOff }),
    ...(group === undefined ? {} : { group: { connect: { id: await groupId(tx, group) } } }),
    ...(labels === undefined ? {} : { labels: { ...labels } }),
    ...(mode === undefined ? {} : { mode }),
    ...(rebuildable === undefined ? {} : { rebuildable }),
    ...(region === undefined ? {} : { region }),
    ...(connection === undefined
      ? {}
      : {
          connection: {
            update: {
              ...(await connectionColumns(tx, handle, connection)),
              ...(addresses && human ? { addressesByHuman: true } : {}),
            } as Prisma.ServerConnectionUncheckedUpdateInput,
          },
        }),
  };
}

const invalid = (message: string) => new OpsError('invalid_input', message);
