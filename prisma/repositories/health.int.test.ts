import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DEFAULT_EXPECTATIONS } from '#domain/health/report.ts';
import { Secret } from '#domain/secret.ts';
import { aHealth } from '#test/builders/a-health.ts';
import { anAdoptedServer, anIncident, aRecovery } from '#test/builders/a-recovery.ts';
import { aServer } from '#test/builders/a-server.ts';
import { type TestRepositories, testRepositories } from '#test/builders/repositories.ts';

let stage: TestRepositories;
let all: TestRepositories['repositories'];
beforeEach(async () => {
  stage = await testRepositories();
  all = stage.repositories;
});
afterEach(() => stage.close());

const watched = async () => (await all.health.watched(0, 1)).map((one) => one.handle).sort();
const now = () => stage.clock.now();

describe('watched', () => {
  it('covers every server once, whatever the number of shards', async () => {
    const servers = await Promise.all(Array.from({ length: 25 }, () => anAdoptedServer(all)));
    for (const shards of [1, 3, 16]) {
      const seen = await Promise.all(
        Array.from({ length: shards }, (_, shard) => all.health.watched(shard, shards)),
      );
      expect(
        seen
          .flat()
          .map((one) => one.id)
          .sort(),
      ).toEqual(servers.map((one) => one.id).sort());
      const again = await all.health.watched(0, shards);
      expect(again.map((one) => one.id)).toEqual(seen[0]?.map((one) => one.id));
    }
  });

  it('is of servers that are cared for and in use, and of what has an open incident', async () => {
    await aServer(all);
    const { handle } = await anAdoptedServer(all, { care: 'watch' });
    const none = await anAdoptedServer(all, { care: 'watch' });
    await all.servers.update(none.handle, { care: 'none' }, 'test');
    expect(await watched()).toEqual([handle]);
    const { server } = await anIncident(all);
    await all.servers.transition(server.handle, 'unreachable', 'agent', 'test');
    expect(await watched()).toEqual([handle, server.handle].sort());
    await all.servers.transition(server.handle, 'decommissioned', 'human', 'test');
    expect(await watched()).toEqual([handle]);
  });

  it('has all that a check needs', async () => {
    const jump = await anAdoptedServer(all);
    await all.groups.create(
      {
        ...{ name: 'web', description: '', openPorts: [] },
        policy: { expectations: { ...DEFAULT_EXPECTATIONS, docker: false } },
      },
      'test',
    );
    const { server, operation, incident } = await aRecovery(all, {
      ...{ group: 'web', labels: { tier: 'front' }, status: 'in_use' },
      connection: { port: 2222, jumpHost: jump.handle },
    });
    const checks = [{ kind: 'tcp', port: 443 }] as const;
    await all.health.setServices(server.id, [{ name: 'shop', checks }]);
    const { health, sample } = aHealth(server.id, now(), {
      ...{ state: 'failed', misses: 2, missingSince: now(), bootId: 'b', recent: '1100' },
      ...{ latencyMs: null, report: null },
    });
    await all.health.write([{ health, sample }]);
    const find = async () =>
      (await all.health.watched(0, 1)).find((one) => one.handle === server.handle);
    expect(await find()).toEqual({
      ...{ id: server.id, handle: server.handle, status: 'error', care: 'managed' },
      ...{
        handsOff: false,
        mode: 'observe',
        group: 'web',
        labels: { tier: 'front' },
        region: null,
      },
      ...{ providerAccount: 'manual', address: server.connection.ipv4, port: 2222 },
      ...{ jumpHost: jump.handle, hasLogin: false, underMaintenance: false, busy: true },
      expectations: { ...DEFAULT_EXPECTATIONS, docker: false },
      services: [{ id: expect.any(String), name: 'shop', checks }],
      ...{ health, openIncidents: { server_unreachable: incident.id } },
    });
    expect(await all.health.target(server.id)).toEqual(health);
    const key = { kind: 'ssh_key', user: 'root', secret: new Secret('key') } as const;
    await all.credentials.save({ serverHandle: server.handle, ...key });
    expect(await find()).toMatchObject({ hasLogin: false });
    await all.credentials.save({ serverHandle: server.handle, ...key, verified: true });
    await all.operations.finish(
      { operationId: operation.id, fence: 1 },
      { status: 'failed', error: null, notification: null },
    );
    expect(await find()).toMatchObject({ hasLogin: true, busy: false });
  });
});

describe('write', () => {
  it('keeps the newest condition and each sample, and says when it was looked', async () => {
    const [a, b] = [await anAdoptedServer(all), await anAdoptedServer(all)];
    const first = now();
    await all.health.write([aHealth(a.id, first), aHealth(b.id, first)]);
    const later = new Date(first.getTime() + 60_000);
    const next = aHealth(a.id, later, { checks: 2, goods: 2, recent: '11' });
    // Told again after a lost answer, and with a server that is gone.
    const gone = aHealth('00000000-0000-4000-8000-000000000000', later);
    for (let i = 0; i < 2; i++) await all.health.write([next, gone]);
    await all.health.write([]);
    expect(await all.health.target(a.id)).toEqual(next.health);
    expect((await all.servers.require(a.handle)).lastHealthCheck).toEqual(later);
    expect((await all.servers.require(b.handle)).lastHealthCheck).toEqual(first);
    const range = { from: first, until: new Date(later.getTime() + 1), by: 'check' } as const;
    expect(await all.health.history(a.id, range)).toMatchObject([{ from: first }, { from: later }]);
  });

  it('takes whatever a host has said', async () => {
    const { id } = await anAdoptedServer(all);
    const odd = 'a\u0000b \ud83d \\u0000 \\ud800 \u{1f600} "\'';
    const part = { state: 'ok' as const, reason: odd };
    const parts = { ssh: part, docker: part, disk: part, memory: part, load: part };
    const report = { ...parts, firewall: part, pending_reboot: part, clock: part, overall: part };
    await all.health.write([aHealth(id, now(), { bootId: odd, report, latencyMs: 0.25 })]);
    const stored = await all.health.target(id);
    expect(stored).toMatchObject({ latencyMs: 0.25, bootId: stored?.report?.ssh.reason });
    expect(stored?.bootId).toMatch(/^a\ufffdb \ufffd .*\u{1f600} "'$/u);
  });

  it('waits for nobody who is at a server', async () => {
    const server = await anAdoptedServer(all);
    await stage.prisma.$transaction(async (tx) => {
      await tx.$queryRaw`SELECT id FROM server WHERE id = ${server.id}::uuid FOR NO KEY UPDATE`;
      await all.health.write([aHealth(server.id, now())]);
    });
    expect(await all.health.target(server.id)).not.toBeNull();
  });
});

describe('services and witnesses', () => {
  it('are replaced by name', async () => {
    const { id } = await anAdoptedServer(all);
    const tcp = [{ kind: 'tcp', port: 80 }] as const;
    await all.health.setServices(id, [
      { name: 'a', checks: tcp },
      { name: 'b', checks: [] },
    ]);
    const [before] = await all.health.services(id);
    await all.health.setServices(id, [{ name: 'a', checks: [] }]);
    expect(await all.health.services(id)).toEqual([{ ...before, checks: [] }]);
  });

  it('tell when they last answered', async () => {
    const [first, later] = [new Date(1000), new Date(2000)];
    await all.health.witnessed(['dns', 'gateway', 'dns'], first);
    await all.health.witnessed(['dns'], later);
    await all.health.witnessed([], later);
    expect(await all.health.witnesses()).toEqual({ dns: later, gateway: first });
  });
});

describe('placed services', () => {
  it('come by server and name, with what is known of them', async () => {
    const [one, other] = [await anAdoptedServer(all), await anAdoptedServer(all)];
    const checks = [{ kind: 'tcp' as const, port: 80 }];
    await all.health.setServices(one.id, [
      { name: 'web', checks },
      { name: 'db', checks },
    ]);
    await all.health.setServices(other.id, [{ name: 'api', checks }]);
    await all.health.write([aHealth(one.id, now())]);
    const down = {
      ...{ type: 'service_down' as const, severity: 'error' as const, details: 'no answer' },
      ...{ operationId: null, affectedServices: ['web'] },
    };
    const { id } = await all.incidents.open({ ...down, serverHandle: one.handle });
    await all.incidents.open({ ...down, type: 'disk_full', serverHandle: one.handle });
    const page = await all.health.placedServices({}, { offset: 0, limit: 2 });
    expect(page.total).toBe(3);
    const ofOne = await all.health.placedServices({ serverId: one.id }, { offset: 0, limit: 9 });
    expect(ofOne.items.map(({ service }) => service.name)).toEqual(['db', 'web']);
    expect(ofOne.items[1]).toMatchObject({
      ...{ serverHandle: one.handle, health: { state: 'ok' } },
      incidents: [{ id, type: 'service_down', affectedServices: ['web'] }],
    });
    await all.incidents.update(id, { status: 'resolved', closeReason: 'fixed' }, 'tg:1');
    const after = await all.health.placedServices({ serverId: one.id }, { offset: 0, limit: 9 });
    expect(after.items[1]?.incidents).toEqual([]);
    const none = await all.health.placedServices({ serverId: other.id }, { offset: 0, limit: 9 });
    expect(none.items).toMatchObject([{ health: null, incidents: [] }]);
    expect(
      (await all.health.placedServices({ serverId: 'x' }, { offset: 0, limit: 9 })).total,
    ).toBe(0);
  });
});
