import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DEFAULT_EXPECTATIONS } from '#domain/health/report.ts';
import type { WatchedServer } from '#domain/health/target.ts';
import type { IncidentType } from '#domain/incident.ts';
import { Secret } from '#domain/secret.ts';
import type { Server } from '#domain/server.ts';
import { aHealth } from '#test/builders/a-health.ts';
import { anAdoptedServer } from '#test/builders/a-recovery.ts';
import { submit } from '#test/builders/an-operation.ts';
import { type TestRepositories, testRepositories } from '#test/builders/repositories.ts';

let stage: TestRepositories;
let all: TestRepositories['repositories'];
let server: Server;
let other: Server;
beforeEach(async () => {
  stage = await testRepositories();
  all = stage.repositories;
  const tier = { labels: { tier: 'front' } };
  [other, server] = [await anAdoptedServer(all, tier), await anAdoptedServer(all, tier)];
});
afterEach(() => stage.close());

const since = (known: string | null) => all.health.watchedSince(0, 1, known);
const digest = async () => (await since(null))?.digest ?? null;
const seen = (servers: readonly WatchedServer[] | undefined) =>
  servers?.find(({ id }) => id === server.id) ?? null;

const change = (patch: Parameters<typeof all.servers.update>[1]) => () =>
  all.servers.update(server.handle, patch, 'test');
const group = (policy: Parameters<typeof all.groups.update>[1]['policy']) => () =>
  all.groups.update('default', { policy: policy ?? {} }, 'test');
const services = (...ports: readonly number[]) => {
  const checks = ports.map((port) => ({ kind: 'tcp' as const, port }));
  return () => all.health.setServices(server.id, [{ name: 'shop', checks }]);
};
const incident = (type: IncidentType = 'disk_full') =>
  all.incidents.open({
    ...{ type, serverHandle: server.handle, severity: 'error', details: 'full' },
    operationId: null,
  });
const windowOf = (from: number, until: number) => {
  const at = (seconds: number) => new Date(stage.clock.now().getTime() + seconds * 1000);
  return all.maintenance.create({
    ...{ scope: 'label', target: 'tier=front', from: at(from), until: at(until) },
    ...{ reason: 'Disks', createdBy: 'test' },
  });
};
const key = (verified: boolean) =>
  all.credentials.save({
    ...{ serverHandle: server.handle, kind: 'ssh_key', user: 'root' },
    ...{ secret: new Secret('key'), verified },
  });

type Step = () => unknown;
const NOTHING: Step = () => {};

describe('what is watched since a digest', () => {
  it('is all of it, without the condition, as long as no digest fits', async () => {
    await all.health.write([aHealth(server.id, stage.clock.now())]);
    const whole = await all.health.watched(0, 1);
    const bare = whole.map((one) => ({ ...one, health: null }));
    expect(whole.map(({ health }) => health !== null).sort()).toEqual([false, true]);
    for (const known of [null, '', 'x']) expect((await since(known))?.servers).toEqual(bare);
  });

  it('is nothing while only checks come in', async () => {
    const known = await digest();
    for (const seconds of [0, 60]) {
      stage.clock.advance(seconds);
      await all.health.write([
        aHealth(server.id, stage.clock.now(), { state: 'failed', misses: 4 }),
      ]);
      expect(await since(known)).toBeNull();
    }
  });

  it('is a shard of its own: what happens in another is no news', async () => {
    const digests = async () =>
      Promise.all(
        Array.from({ length: 16 }, async (_, shard) => {
          const answer = await all.health.watchedSince(shard, 16, null);
          return { digest: answer?.digest, ids: answer?.servers.map(({ id }) => id) ?? [] };
        }),
      );
    const before = await digests();
    await change({ mode: 'auto' })();
    const changed = (await digests()).filter((one, at) => one.digest !== before[at]?.digest);
    expect(changed).toHaveLength(1);
    expect(changed[0]?.ids).toContain(server.id);
  });

  it('may be empty, and then nothing again', async () => {
    for (const { handle } of [server, other]) {
      await all.servers.update(handle, { care: 'none' }, 'test');
    }
    const known = await digest();
    expect(known).not.toBeNull();
    expect(await since('x')).toEqual({ digest: known, servers: [] });
    expect(await since(known)).toBeNull();
  });

  it.each<[what: string, change: Step, after: Partial<WatchedServer> | null, before?: Step]>([
    ['care', change({ care: 'watch' }), { care: 'watch' }],
    ['care that ends', change({ care: 'none' }), null],
    ['hands off', change({ handsOff: true }), { handsOff: true }],
    ['its mode', change({ mode: 'auto' }), { mode: 'auto' }],
    ['its labels', change({ labels: { tier: 'back' } }), { labels: { tier: 'back' } }],
    ['its region', change({ region: 'lt' }), { region: 'lt' }],
    ['its port', change({ connection: { port: 2222 } }), { port: 2222 }],
    ['its address', change({ connection: { ipv4: '192.0.2.77' } }), { address: '192.0.2.77' }],
    [
      'its family',
      change({ connection: { family: 'ipv6', ipv6: '2001:db8::7' } }),
      { address: '2001:db8::7' },
    ],
    [
      'its way',
      () => change({ connection: { jumpHost: other.handle } })(),
      { jumpHost: expect.any(String) },
    ],
    ['its group', change({ group: 'web' }), { group: 'web' }],
    ["its group's mode", group({ mode: 'auto' }), { mode: 'auto' }, change({ mode: null })],
    [
      'what is expected of it',
      group({ expectations: { ...DEFAULT_EXPECTATIONS, docker: false } }),
      { expectations: expect.objectContaining({ docker: false }) },
    ],
    [
      'its status',
      () => all.servers.transition(server.handle, 'error', 'agent', 'test'),
      { status: 'error' },
    ],
    ['a login', () => key(true), { hasLogin: true }, () => key(false)],
    ['a service', services(443), { services: [expect.objectContaining({ name: 'shop' })] }],
    [
      'what is looked at of a service',
      services(443, 80),
      { services: [expect.objectContaining({ checks: [expect.anything(), expect.anything()] })] },
      services(443),
    ],
    [
      'an operation',
      async () => {
        const { id } = await incident('server_unreachable');
        await submit(all, { kind: 'recover', target: server.handle, incidentId: id });
      },
      { busy: true },
      () => incident('server_unreachable'),
    ],
    ['an incident', () => incident(), { openIncidents: { disk_full: expect.any(String) } }],
    [
      'the end of an incident',
      () => all.incidents.resolve(server.handle, ['disk_full'], 'gone'),
      { openIncidents: {} },
      () => incident(),
    ],
    ['a window', () => windowOf(-1, 600), { underMaintenance: true }],
    [
      'a window that begins by the clock',
      () => stage.clock.advance(120),
      { underMaintenance: true },
      () => windowOf(60, 600),
    ],
    [
      'a window that ends by the clock',
      () => stage.clock.advance(120),
      { underMaintenance: false },
      () => windowOf(-1, 60),
    ],
    [
      'a new server',
      async () => {
        server = await anAdoptedServer(all);
      },
      { status: 'ready' },
    ],
  ])('tells of %s', async (_, step, after, before = NOTHING) => {
    await before();
    const known = await since(null);
    expect(await since(known?.digest ?? null)).toBeNull();
    await step();
    const answer = await since(known?.digest ?? null);
    expect(answer).not.toBeNull();
    const found = seen(answer?.servers);
    if (after === null) expect(found).toBeNull();
    else {
      expect(found).toMatchObject(after);
      expect(seen(known?.servers)).not.toEqual(found);
    }
    expect(await since(answer?.digest ?? null)).toBeNull();
  });
});
