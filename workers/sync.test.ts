import { expect, it } from 'vitest';
import { OpsError } from '#domain/errors.ts';
import type { Server } from '#domain/server.ts';
import { createSync, type SyncDeps } from './sync.ts';

const server = (handle: string, over: Partial<Server> = {}) =>
  ({
    id: handle,
    handle,
    status: 'discovered',
    care: 'none',
    handsOff: false,
    episode: 0,
    provider: 'time4vps',
    connection: { ipv4: '192.0.2.1', ipv6: null },
    updatedAt: new Date(0),
    ...over,
  }) as Server;

function stage(known: readonly Server[], autoProvision = false) {
  const ordered: string[] = [];
  const told: string[] = [];
  const synced: string[] = [];
  const account = (name: string, list: () => Promise<[]>) => ({
    name,
    providerId: name,
    managedRefs: new Set<string>(),
    provider: { list },
  });
  const deps = {
    accounts: [
      account('broken', () => Promise.reject(new OpsError('upstream_login', 'wrong login'))),
      account('good', async () => []),
    ],
    servers: {
      sync: async ({ name }: { name: string }) => {
        synced.push(name);
        return { added: known.filter(({ care }) => care === 'none'), missing: [], returned: [] };
      },
      list: async ({ status, care }: { status: string[]; care: string }) => ({
        items: known.filter((s) => status.includes(s.status) && s.care === care),
        total: 0,
      }),
    },
    agent: {
      submit: async ({ target, key }: { target: string; key: string }) =>
        void ordered.push(`${target} ${key}`),
    },
    outbox: { enqueue: async ({ kind }: { kind: string }) => void told.push(kind) },
    log: { info() {}, warn() {} },
    autoProvision,
  } as unknown as SyncDeps;
  return { sync: () => createSync(deps)(new AbortController().signal), ordered, told, synced };
}

it('goes on with the next account when one does not answer', async () => {
  const { sync, synced, told } = stage([server('vps-1')]);
  await sync();
  expect(synced).toEqual(['good']);
  expect(told).toEqual(['server_discovered']);
});

it('orders what its owner put on the list, and nothing that is merely known', async () => {
  const servers = [
    server('vps-1'),
    server('vps-2', { care: 'managed' }),
    server('vps-3', { care: 'managed', status: 'pending_setup' }),
    server('vps-4', { care: 'managed', status: 'pending_setup', handsOff: true }),
    server('vps-5', { care: 'managed', episode: 1 }),
    server('vps-6', { care: 'watch', status: 'pending_setup' }),
  ];
  const plain = stage(servers);
  await plain.sync();
  expect(plain.ordered).toEqual(['vps-3 sync:vps-3:0']);
  const auto = stage(servers, true);
  await auto.sync();
  expect(auto.ordered).toEqual(['vps-2 sync:vps-2:0', 'vps-3 sync:vps-3:0']);
});
