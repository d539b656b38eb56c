import { OpsError } from '#domain/errors.ts';
import type { ServerRepository } from '#domain/repositories.ts';
import { ServerHandle, type ServerStatus } from '#domain/server.ts';
import { assertTransition } from '#domain/server-status.ts';
import type { Prisma } from '#generated/prisma/client.ts';
import { appendAudit } from './audit.ts';
import { cleanText, isUuid } from './clean.ts';
import { isUniqueViolation } from './database-errors.ts';
import type { RepositoryDeps } from './deps.ts';
import { errorFromOf } from './error-status.ts';
import { serverWhere } from './server-filter.ts';
import { connectionColumns, groupId, patchColumns } from './server-patch.ts';
import { lockServer, noServer, SERVER_INCLUDE, toServer } from './server-rows.ts';
import { createServerSync } from './server-sync.ts';

export function createServers(deps: RepositoryDeps): ServerRepository {
  const { prisma, clock } = deps;
  const find = async (handle: string) => {
    const row = await prisma.server.findUnique({ where: { handle }, include: SERVER_INCLUDE });
    return row && toServer(row);
  };

  return {
    find,
    ...createServerSync(deps),

    async byId(id) {
      if (!isUuid(id)) return null;
      const row = await prisma.server.findUnique({ where: { id }, include: SERVER_INCLUDE });
      return row && toServer(row);
    },

    async require(handle) {
      const server = await find(handle);
      if (!server) throw noServer(handle);
      return server;
    },

    async list(filter, { offset, limit }) {
      const where = serverWhere(filter);
      const [rows, total] = await prisma.$transaction([
        prisma.server.findMany({
          where,
          include: SERVER_INCLUDE,
          orderBy: { handle: 'asc' },
          skip: offset,
          take: limit,
        }),
        prisma.server.count({ where }),
      ]);
      return { items: rows.map(toServer), total };
    },

    async countByStatus() {
      const groups = await prisma.server.groupBy({ by: ['status'], _count: { _all: true } });
      return Object.fromEntries(groups.map(({ status, _count }) => [status, _count._all]));
    },

    async create({ handle, providerAccount, providerRef, connection, care, by, ...rest }) {
      if (!ServerHandle.safeParse(handle).success) {
        throw new OpsError('invalid_input', `${handle} is no handle.`, {
          hint: 'A handle is lower-case letters, digits and dashes, like vps-1001.',
        });
      }
      const create = () =>
        prisma.$transaction(async (tx) => {
          // An account that no sync has seen yet: its name is the provider's, or starts with it.
          const account = await tx.providerAccount.upsert({
            where: { name: providerAccount },
            create: { name: providerAccount, provider: providerAccount.split(':')[0] ?? '' },
            update: {},
          });
          const row = await tx.server.create({
            data: {
              ...{ handle, providerAccountId: account.id, providerRef, care, careByHuman: true },
              groupId: await groupId(tx, rest.group ?? 'default'),
              labels: { ...rest.labels },
              notes: cleanText(rest.notes ?? ''),
              region: rest.region ?? null,
              connection: {
                create: {
                  ...(await connectionColumns(tx, handle, connection)),
                  addressesByHuman: true,
                } as Prisma.ServerConnectionUncheckedCreateWithoutServerInput,
              },
            },
            include: SERVER_INCLUDE,
          });
          await appendAudit(tx, clock, {
            ...{ actor: by, action: 'server.create', target: handle, operationId: null },
            data: { provider_account: providerAccount, provider_ref: providerRef, care },
          });
          return toServer(row);
        });
      try {
        return await create();
      } catch (error) {
        if (!isUniqueViolation(error)) throw error;
        const same = { providerAccount: { name: providerAccount }, providerRef };
        const taken = await prisma.server.findFirst({ where: { OR: [{ handle }, same] } });
        // Its account or group was made by another request at the same moment: now it is there.
        if (!taken) return create();
        const what =
          taken.handle === handle ? `The handle ${handle}` : `${providerRef} of ${providerAccount}`;
        throw new OpsError('conflict', `${what} is taken already.`, {
          details: { server_handle: handle },
        });
      }
    },

    update: (handle, patch, by) =>
      prisma.$transaction(async (tx) => {
        const before = await lockServer(tx, { handle });
        const row = await tx.server.update({
          where: { id: before.id },
          data: await patchColumns(tx, handle, patch, by),
          include: SERVER_INCLUDE,
        });
        await appendAudit(tx, clock, {
          ...{ actor: by, action: 'server.update', target: handle, operationId: null },
          data: { ...patch, care_before: before.care },
        });
        return toServer(row);
      }),

    transition: (handle, to, mover, by) =>
      prisma.$transaction(async (tx) => {
        const before = await lockServer(tx, { handle });
        assertTransition(before.status, to, mover, before.statusBefore);
        const row = await tx.server.update({
          where: { id: before.id },
          data: {
            ...{ status: to, statusBefore: statusBeforeOf(before, to) },
            ...{ errorFrom: errorFromOf(before, to), windowed: false },
            ...(adopts(before.status, to) ? { mode: before.mode ?? 'observe' } : {}),
          },
          include: SERVER_INCLUDE,
        });
        await appendAudit(tx, clock, {
          ...{ actor: by, action: 'server.status', target: handle, operationId: null },
          data: { from: before.status, to, mover },
        });
        return toServer(row);
      }),

    async setFacts(handle, { os, ipv4, ipv6, region, lastHealthCheck }) {
      await prisma.$transaction(async (tx) => {
        const { id, connection } = await lockServer(tx, { handle });
        const addresses = await connectionColumns(tx, handle, { ipv4, ipv6 });
        await tx.server.update({
          where: { id },
          data: {
            os,
            region,
            lastHealthCheck,
            ...(connection?.addressesByHuman ? {} : { connection: { update: addresses } }),
          } as Prisma.ServerUpdateInput,
        });
      });
    },
  };
}

/** What already runs is taken on as it is: at first only what would be done with it is said. */
const adopts = (from: ServerStatus, to: ServerStatus) =>
  from === 'discovered' && (to === 'ready' || to === 'in_use');

/** Back from an absence there is nothing more to return to; into one, it is where it was. */
function statusBeforeOf(
  server: Pick<ReturnType<typeof toServer>, 'status' | 'statusBefore'>,
  to: string,
) {
  const aside = server.status === 'maintenance' || server.status === 'unreachable';
  if (!aside) return server.status;
  return to === 'maintenance' || to === 'unreachable' ? server.statusBefore : null;
}
