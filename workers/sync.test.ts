import { describe, expect, it } from 'vitest';
import { OpsError } from '#domain/errors.ts';
import type { Server } from '#domain/server.ts';
import { createRecordingLogger } from '#test/fakes/logger.ts';
import { memoryHealthRepositories } from '#test/fakes/memory-health.ts';
import { virtualClock } from '#test/fakes/virtual-clock.ts';
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

function stage(
  known: readonly Server[],
  { autoProvision = false, frozen = false, busy = [] as readonly string[] } = {},
) {
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
      list: async (
        { status, care }: { status: string[]; care: string[] },
        { offset, limit }: { offset: number; limit: number },
      ) => ({
        items: known
          .filter((s) => status.includes(s.status) && care.includes(s.care))
          .slice(offset, offset + limit),
        total: 0,
      }),
    },
    operations: {
      list: async ({ serverHandle }: { serverHandle: string }) => ({
        items: [],
        total: busy.includes(serverHandle) ? 1 : 0,
      }),
    },
    fleet: { state: async () => ({ frozenAt: frozen ? new Date(0) : null }) },
    agent: {
      submit: async ({ kind, target, key }: { kind: string; target: string; key: string }) =>
        void ordered.push(`${kind === 'provision' ? '' : `${kind} `}${target} ${key}`),
    },
    outbox: { enqueue: async ({ kind }: { kind: string }) => void told.push(kind) },
    incidents: { openWith: async () => ({ outcome: 'joined' }), resolve: async () => [] },
    isOnline: async () => true,
    log: { info() {}, warn() {}, error() {} },
    autoProvision,
    retryAfterMs: [],
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
  const auto = stage(servers, { autoProvision: true });
  await auto.sync();
  expect(auto.ordered).toEqual(['vps-2 sync:vps-2:0', 'vps-3 sync:vps-3:0']);
});

it('orders nothing while the fleet is frozen', async () => {
  const { sync, ordered } = stage([server('vps-3', { care: 'managed', status: 'pending_setup' })], {
    frozen: true,
  });
  await sync();
  expect(ordered).toEqual([]);
});

it('takes up a rebuild that was ordered past us, unless an operation is at it', async () => {
  const rebuild = { care: 'managed', status: 'force_rebuild', episode: 2 } as const;
  const { sync, ordered } = stage([server('vps-1', rebuild), server('vps-2', rebuild)], {
    busy: ['vps-2'],
  });
  await sync();
  expect(ordered).toEqual(['rebuild vps-1 sync:vps-1:2:rebuild']);
});

it('takes up each of many', async () => {
  const many = Array.from({ length: 450 }, (_, i) =>
    server(`vps-${i}`, { care: 'managed', status: 'pending_setup' }),
  );
  const { sync, ordered } = stage(many);
  await sync();
  expect(ordered).toHaveLength(450);
});

describe('an account that does not answer', () => {
  function providerStage() {
    const clock = virtualClock();
    const memory = memoryHealthRepositories(clock);
    const world = { fails: null as OpsError | null, online: true, asked: 0 };
    const list = async () => {
      world.asked++;
      if (world.fails !== null) throw world.fails;
      return [];
    };
    const sync = createSync({
      ...memory.repositories,
      accounts: [{ name: 'time4vps', providerId: 'time4vps', provider: { list } }],
      servers: {
        sync: async () => ({ added: [], missing: [], returned: [] }),
        list: async () => ({ items: [], total: 0 }),
      },
      fleet: { state: async () => ({ frozenAt: null }) },
      ...{ clock, log: createRecordingLogger(), isOnline: async () => world.online },
      retryAfterMs: [1000, 2000],
    } as unknown as SyncDeps);
    const turn = async () => {
      const running = sync(new AbortController().signal);
      await clock.advance(10_000);
      await running;
    };
    return { memory, world, turn, told: () => memory.told.map(({ kind }) => kind) };
  }

  it('is an incident with one message, and is told when it works again', async () => {
    const { memory, world, turn, told } = providerStage();
    await turn();
    expect(told()).toEqual([]);
    world.fails = new OpsError('upstream', 'It answers 500.');
    await turn();
    await turn();
    expect(told()).toEqual(['provider_unavailable']);
    expect(memory.incidents).toMatchObject([
      { type: 'provider_api_unavailable', serverHandle: 'time4vps', status: 'detected' },
    ]);
    world.fails = null;
    await turn();
    await turn();
    expect(told()).toEqual(['provider_unavailable', 'provider_back']);
    expect(memory.incidents.map(({ status }) => status)).toEqual(['resolved']);
  });

  it('is asked again before it counts as away; a wrong login is not', async () => {
    const { world, turn, told } = providerStage();
    world.fails = new OpsError('rate_limited', 'Too many.');
    const later = turn();
    await Promise.resolve();
    world.fails = null;
    await later;
    expect(told()).toEqual([]);
    world.asked = 0;
    world.fails = new OpsError('upstream_login', 'Wrong.');
    await turn();
    expect(world.asked).toBe(1);
    expect(told()).toEqual(['provider_unavailable']);
  });

  it('is nothing while it is us who are offline', async () => {
    const { world, turn, told } = providerStage();
    world.fails = new OpsError('unavailable', 'No route.');
    world.online = false;
    await turn();
    expect(told()).toEqual([]);
  });
});
