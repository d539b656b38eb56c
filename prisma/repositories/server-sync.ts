import { randomUUID } from 'node:crypto';
import { isIPv4, isIPv6 } from 'node:net';
import type { ProviderServer } from '#domain/provider.ts';
import type { ServerRepository, SyncOutcome } from '#domain/repositories.ts';
import type { ServerStatus } from '#domain/server.ts';
import { legalTargets } from '#domain/server-status.ts';
import type { RepositoryDeps, Tx } from './deps.ts';
import { freeHandle } from './free-handle.ts';
import { groupId } from './server-patch.ts';
import { SERVER_INCLUDE, type ServerRow, toServer } from './server-rows.ts';

type Account = { id: string; name: string; firstSyncAt: Date | null };

/** One account's list against what is known; the account's row is locked, so lists do not cross. */
export function createServerSync({
  prisma,
  clock,
  log,
}: RepositoryDeps): Pick<ServerRepository, 'sync'> {
  return {
    sync: ({ name, provider }, listed, { managedRefs, missesAllowed }) =>
      prisma.$transaction(
        async (tx): Promise<SyncOutcome> => {
          await tx.providerAccount.upsert({
            where: { name },
            create: { name, provider },
            update: { provider },
          });
          await tx.$queryRaw`SELECT id FROM provider_account WHERE name = ${name} FOR NO KEY UPDATE`;
          const account = await tx.providerAccount.findUniqueOrThrow({ where: { name } });
          const known = await tx.server.findMany({
            where: { providerAccountId: account.id },
            include: SERVER_INCLUDE,
          });
          const byRef = new Map(known.map((row) => [row.providerRef, row]));
          // A provider that lists one server twice still has one.
          const present = new Map(listed.map((server) => [server.ref, server]));
          const returned: string[] = [];
          for (const server of present.values()) {
            const row = byRef.get(server.ref);
            if (row && (await refresh(tx, row, server, managedRefs))) returned.push(row.id);
          }
          const fresh = [...present.values()].filter((server) => !byRef.has(server.ref));
          const added = await add(tx, account, fresh, managedRefs);
          const absent = known.filter((row) => !present.has(row.providerRef));
          const missing = await miss(tx, known, absent, missesAllowed);
          const now = clock.now();
          await tx.providerAccount.update({
            where: { id: account.id },
            data: { firstSyncAt: account.firstSyncAt ?? now, lastSyncAt: now },
          });
          return { added: await read(tx, added), missing, returned: await read(tx, returned) };
        },
        { timeout: 60_000 },
      ),
  };

  async function miss(tx: Tx, known: ServerRow[], absent: ServerRow[], allowed: number) {
    const newly = absent.filter((row) => row.misses === 0).length;
    const there = known.filter((row) => row.misses === 0).length;
    // Half of two may well be one that was given up; half of four is a list that was cut.
    if (newly * 2 > there || (newly > 1 && newly * 2 === there)) {
      log.warn({ newly, there }, 'a list lost half of its servers or more: not believed');
      return [];
    }
    const gone: string[] = [];
    for (const row of absent) {
      const misses = row.misses + 1;
      const away = misses >= Math.max(1, allowed) && maySetAside(row);
      await tx.server.update({
        where: { id: row.id },
        data: {
          misses,
          missingSince: row.missingSince ?? clock.now(),
          ...(away ? awayFrom(row) : {}),
        },
      });
      if (away) gone.push(row.id);
    }
    return read(tx, gone);
  }
}

const read = async (tx: Tx, ids: readonly string[]) =>
  (
    await tx.server.findMany({
      where: { id: { in: [...ids] } },
      include: SERVER_INCLUDE,
      orderBy: { handle: 'asc' },
    })
  ).map(toServer);

/** Reserved and hands_off ones stay as they are, and so does one with an order on it. */
const maySetAside = (row: ServerRow): boolean =>
  !row.handsOff && legalTargets(row.status, 'agent', row.statusBefore).includes('unreachable');

/** From maintenance the status before stays what it was: there are two to go back to. */
const awayFrom = (row: ServerRow) => ({
  status: 'unreachable' as const,
  missingFrom: row.status,
  statusBefore: row.status === 'maintenance' ? row.statusBefore : row.status,
});

/** A server that is listed again or as before; true when it returned from `unreachable`. */
async function refresh(
  tx: Tx,
  row: ServerRow,
  listed: ProviderServer,
  managedRefs: ReadonlySet<string>,
): Promise<boolean> {
  const back = row.status === 'unreachable' && !row.handsOff;
  const addresses = row.connection?.addressesByHuman ? {} : addressesOf(listed, row);
  const hostname = listed.hostname ?? row.hostname;
  const allowed = row.care === 'none' && !row.careByHuman && managedRefs.has(listed.ref);
  const region = listed.region ?? row.region;
  const changed =
    back ||
    allowed ||
    row.misses > 0 ||
    row.missingSince !== null ||
    hostname !== row.hostname ||
    region !== row.region;
  if (Object.keys(addresses).length > 0) {
    await tx.serverConnection.update({ where: { serverId: row.id }, data: addresses });
  }
  if (!changed) return false;
  await tx.server.update({
    where: { id: row.id },
    data: {
      hostname,
      region,
      misses: 0,
      missingSince: null,
      missingFrom: null,
      ...(allowed ? { care: 'managed' as const } : {}),
      ...(back ? backTo(row) : {}),
    },
  });
  return back;
}

const backTo = (row: ServerRow): { status: ServerStatus; statusBefore: ServerStatus | null } =>
  row.missingFrom === 'maintenance'
    ? { status: 'maintenance', statusBefore: row.statusBefore }
    : { status: row.statusBefore ?? 'discovered', statusBefore: null };

/** An address that the list leaves out is kept: it may come with the details only. */
function addressesOf(listed: ProviderServer, row: ServerRow) {
  const { ipv4, ipv6 } = literal(listed);
  return {
    ...(ipv4 && ipv4 !== row.connection?.ipv4 ? { ipv4 } : {}),
    ...(ipv6 && ipv6 !== row.connection?.ipv6 ? { ipv6 } : {}),
  };
}

const literal = ({ ipv4, ipv6 }: ProviderServer) => ({
  ipv4: ipv4 && isIPv4(ipv4) ? ipv4 : null,
  ipv6: ipv6 && isIPv6(ipv6) ? ipv6 : null,
});

/**
 * New ones. What an account's first list shows is only known; a server of the allow-list that comes
 * later is to be prepared.
 */
async function add(
  tx: Tx,
  account: Account,
  fresh: readonly ProviderServer[],
  managedRefs: ReadonlySet<string>,
): Promise<string[]> {
  if (fresh.length === 0) return [];
  const group = await groupId(tx, 'default');
  const handles = await tx.server.findMany({ select: { handle: true } });
  const taken = new Set(handles.map((row) => row.handle));
  const rows = fresh.map((server) => {
    const managed = managedRefs.has(server.ref);
    const prepare = managed && account.firstSyncAt !== null;
    const handle = freeHandle(taken, account.name, server.ref);
    taken.add(handle);
    return {
      ...{ id: randomUUID(), handle, providerAccountId: account.id, providerRef: server.ref },
      status: prepare ? ('pending_setup' as const) : ('discovered' as const),
      statusBefore: prepare ? ('discovered' as const) : null,
      care: managed ? ('managed' as const) : ('none' as const),
      groupId: group,
      hostname: server.hostname,
      region: server.region ?? null,
      notes: server.label ?? '',
    };
  });
  await tx.server.createMany({ data: rows });
  await tx.serverConnection.createMany({
    data: fresh.map((server, i) => {
      const { ipv4, ipv6 } = literal(server);
      const family = ipv4 || !ipv6 ? ('ipv4' as const) : ('ipv6' as const);
      return { serverId: rows[i]?.id ?? '', ipv4, ipv6, port: server.sshPort, family };
    }),
  });
  return rows.map((row) => row.id);
}
