import { OpsError } from '#domain/errors.ts';
import type { ServerFilter, ServerRepository } from '#domain/repositories.ts';
import type { Server } from '#domain/server.ts';
import { assertTransition } from '#domain/server-status.ts';
import { serverEntity } from '../builders/server-entity.ts';

const THEN = new Date('2026-01-02T03:04:05Z');

export const apiServer = (handle: string, over: Partial<Server> = {}): Server =>
  serverEntity(handle, { lastIncident: THEN, ...over });

const unused = (): never => {
  throw new Error('The API does not call this.');
};

/** Servers in a map; what only workers call is refused. */
export function apiServers(initial: readonly Server[]): ServerRepository {
  const rows = new Map(initial.map((server) => [server.handle, server]));
  const require = async (handle: string) => {
    const server = rows.get(handle);
    if (server) return server;
    throw new OpsError('not_found', `There is no server ${handle}.`, {
      hint: 'GET /api/servers lists them.',
    });
  };
  const put = (server: Server) => {
    rows.set(server.handle, server);
    return server;
  };
  return {
    find: async (handle) => rows.get(handle) ?? null,
    byId: async (id) => [...rows.values()].find((server) => server.id === id) ?? null,
    require,
    async list(filter, { offset, limit }) {
      const found = [...rows.values()].filter((server) => matches(server, filter));
      return { items: found.slice(offset, offset + limit), total: found.length };
    },
    async countByStatus() {
      return unused();
    },
    async create({ by: _, providerAccount, ...input }) {
      if (rows.has(input.handle)) throw new OpsError('conflict', 'Taken.');
      return put(
        apiServer(input.handle, {
          ...input,
          group: input.group ?? 'default',
          labels: input.labels ?? {},
          notes: input.notes ?? '',
          provider: providerAccount,
          status: 'discovered',
        }),
      );
    },
    async update(handle, { connection, ...patch }) {
      const server = await require(handle);
      return put({ ...server, ...patch, connection: { ...server.connection, ...connection } });
    },
    async transition(handle, to, mover) {
      const server = await require(handle);
      assertTransition(server.status, to, mover, server.statusBefore);
      return put({ ...server, status: to, statusBefore: server.status });
    },
    async sync() {
      return unused();
    },
    async setFacts() {
      return unused();
    },
  };
}

function matches(server: Server, filter: ServerFilter): boolean {
  const [name, value] = filter.label?.split('=') ?? [];
  return (
    (!filter.status || filter.status.includes(server.status)) &&
    (!filter.provider || filter.provider === server.provider) &&
    (!filter.group || filter.group === server.group) &&
    (!filter.care || filter.care.includes(server.care)) &&
    (name === undefined || server.labels[name] === value) &&
    (!filter.search || server.handle.includes(filter.search))
  );
}
