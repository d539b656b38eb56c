import { OpsError } from '#domain/errors.ts';
import type { ServerFilter, ServerRepository } from '#domain/repositories.ts';
import { ServerHandle } from '#domain/server.ts';
import { assertTransition } from '#domain/server-status.ts';
import type { Prisma } from '#generated/prisma/client.ts';
import { appendAudit } from './audit.ts';
import { cleanText } from './clean.ts';
import { isUniqueViolation } from './database-errors.ts';
import type { RepositoryDeps } from './deps.ts';
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

    async require(handle) {
      const server = await find(handle);
      if (!server) throw noServer(handle);
      return server;
    },

    async list(filter, { offset, limit }) {
      const where = whereOf(filter);
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
        const taken = await find(handle);
        const what = taken ? `The handle ${handle}` : `${providerRef} of ${providerAccount}`;
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
          data: { status: to, statusBefore: statusBeforeOf(before, to) },
          include: SERVER_INCLUDE,
        });
        await appendAudit(tx, clock, {
          ...{ actor: by, action: 'server.status', target: handle, operationId: null },
          data: { from: before.status, to, mover },
        });
        return toServer(row);
      }),

    async setFacts(handle, { os, ipv4, ipv6, lastHealthCheck }) {
      await prisma.$transaction(async (tx) => {
        const { id, connection } = await lockServer(tx, { handle });
        const addresses = await connectionColumns(tx, handle, { ipv4, ipv6 });
        await tx.server.update({
          where: { id },
          data: {
            os,
            lastHealthCheck,
            ...(connection?.addressesByHuman ? {} : { connection: { update: addresses } }),
          } as Prisma.ServerUpdateInput,
        });
      });
    },
  };
}

/** Back from an absence there is nothing more to return to; into one, it is where it was. */
function statusBeforeOf(
  server: Pick<ReturnType<typeof toServer>, 'status' | 'statusBefore'>,
  to: string,
) {
  const aside = server.status === 'maintenance' || server.status === 'unreachable';
  if (!aside) return server.status;
  return to === 'maintenance' || to === 'unreachable' ? server.statusBefore : null;
}

function whereOf(filter: ServerFilter): Prisma.ServerWhereInput {
  const { status, provider, group, care, label, search } = filter;
  const [key, value] = label === undefined ? [] : split(label);
  // Prisma hands the text to LIKE as it is.
  const text = (search ?? '').replaceAll(/[\\%_]/g, '\\$&');
  const contains = { contains: text, mode: 'insensitive' } as const;
  return {
    ...(status === undefined ? {} : { status: { in: [...status] } }),
    ...(provider === undefined ? {} : { providerAccount: { provider } }),
    ...(group === undefined ? {} : { group: { name: group } }),
    ...(care === undefined ? {} : { care }),
    ...(key === undefined
      ? {}
      : {
          labels: {
            path: [key],
            ...(value === undefined ? { string_contains: '' } : { equals: value }),
          },
        }),
    ...(search === undefined
      ? {}
      : {
          OR: [
            { handle: contains },
            { hostname: contains },
            { notes: contains },
            { connection: { OR: [{ ipv4: contains }, { ipv6: contains }] } },
          ],
        }),
  };
}

/** `key=value`, or just `key` for any value. */
function split(label: string): [string, string | undefined] {
  const at = label.indexOf('=');
  return at < 0 ? [label, undefined] : [label.slice(0, at), label.slice(at + 1)];
}
