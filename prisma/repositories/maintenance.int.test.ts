import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MaintenanceScope } from '#domain/maintenance.ts';
import { anAdoptedServer } from '#test/builders/a-recovery.ts';
import { aServer } from '#test/builders/a-server.ts';
import { type TestRepositories, testRepositories } from '#test/builders/repositories.ts';

let stage: TestRepositories;
let all: TestRepositories['repositories'];
beforeEach(async () => {
  stage = await testRepositories();
  all = stage.repositories;
});
afterEach(() => stage.close());

const in_ = (minutes: number) => new Date(stage.clock.now().getTime() + minutes * 60_000);
const plan = (scope: MaintenanceScope, target: string, from = 0, until = 60) =>
  all.maintenance.create({
    ...{ scope, target, from: in_(from), until: in_(until) },
    ...{ reason: 'Disks', createdBy: 'tg:1' },
  });
const apply = (minutes: number) => all.maintenance.apply(in_(minutes));
const status = async (handle: string) => (await all.servers.require(handle)).status;

describe('maintenance', () => {
  it('begins and ends with its window, back to the status before', async () => {
    const { handle } = await anAdoptedServer(all, { status: 'in_use' });
    await plan('server', handle, 10, 20);
    expect(await apply(5)).toEqual({ begun: [], ended: [] });
    expect(await apply(10)).toEqual({ begun: [handle], ended: [] });
    expect(await apply(15)).toEqual({ begun: [], ended: [] });
    expect(await status(handle)).toBe('maintenance');
    expect(await apply(20)).toEqual({ begun: [], ended: [handle] });
    expect(await status(handle)).toBe('in_use');
  });

  it('covers by group and label, once, until no window does', async () => {
    await all.groups.create({ name: 'web', description: '', openPorts: [], policy: {} }, 'test');
    const a = await anAdoptedServer(all, { group: 'web', labels: { tier: 'front=1' } });
    const b = await anAdoptedServer(all, { labels: { tier: 'back' } });
    await anAdoptedServer(all);
    const group = await plan('group', 'web', -1, 30);
    await plan('label', 'tier=front=1', -1, 20);
    expect(await apply(0)).toEqual({ begun: [a.handle], ended: [] });
    await all.maintenance.end(group.id, 'tg:2', in_(1));
    expect(await apply(2)).toEqual({ begun: [], ended: [] });
    await plan('label', 'tier', 2, 10);
    expect(await apply(3)).toEqual({ begun: [b.handle], ended: [] });
    expect(await apply(11)).toEqual({ begun: [], ended: [b.handle] });
    expect(await apply(21)).toEqual({ begun: [], ended: [a.handle] });
  });

  it('is applied by one of ten', async () => {
    const { handle } = await anAdoptedServer(all);
    await plan('server', handle, -1, 10);
    const applied = await Promise.all(Array.from({ length: 10 }, () => apply(0)));
    expect(applied.flatMap((one) => one.begun)).toEqual([handle]);
  });

  it("leaves a human's maintenance, and what is being prepared, alone", async () => {
    const [hand, fresh] = [await anAdoptedServer(all), await aServer(all)];
    await all.servers.transition(hand.handle, 'maintenance', 'human', 'tg:1');
    for (const { handle } of [hand, fresh]) await plan('server', handle, -1, 10);
    expect(await apply(0)).toEqual({ begun: [], ended: [] });
    expect(await apply(11)).toEqual({ begun: [], ended: [] });
    expect([await status(hand.handle), await status(fresh.handle)]).toEqual([
      'maintenance',
      'discovered',
    ]);
  });

  it('is found, listed and ended once', async () => {
    const { handle } = await anAdoptedServer(all);
    const window = await plan('server', handle, -1);
    expect(window).toMatchObject({
      scope: 'server',
      target: handle,
      endedAt: null,
      reason: 'Disks',
    });
    await plan('server', handle, 100, 200);
    expect(await all.maintenance.find(window.id)).toEqual(window);
    expect(await all.maintenance.list({ active: in_(0) })).toEqual([window]);
    expect(await all.maintenance.list({ scope: 'server', target: handle })).toHaveLength(2);
    const ended = await all.maintenance.end(window.id, 'tg:1', in_(1));
    expect(ended).toMatchObject({ endedBy: 'tg:1', endedAt: expect.any(Date) });
    expect(await all.maintenance.end(window.id, 'tg:2', in_(2))).toEqual(ended);
    expect(await all.maintenance.list({ active: in_(2) })).toEqual([]);
    expect((await all.health.watched(0, 1))[0]).toMatchObject({ underMaintenance: false });
  });

  it.each([
    ['not_found', 'server', 'vps-none', 60],
    ['not_found', 'group', 'none', 60],
    ['invalid_input', 'label', '=x', 60],
    ['invalid_input', 'label', 'tier', 0],
  ] as const)('is refused (%s) for %s %s', async (code, scope, target, until) => {
    await expect(plan(scope, target, 0, until)).rejects.toMatchObject({ code });
  });
});

describe('groups', () => {
  it('have a policy, filled up by the defaults', async () => {
    expect((await all.groups.require('default')).policy).toMatchObject({
      ...{ mode: 'ask', highest_rung: 'reboot', weight: 100 },
      expectations: { docker: true, disk_percent: [85, 95] },
    });
    const input = { name: 'web', description: 'Front', openPorts: [8443, 8443, 8080] };
    const made = await all.groups.create({ ...input, policy: { mode: 'auto' } }, 'tg:1');
    expect(made).toMatchObject({ openPorts: [8080, 8443], policy: { mode: 'auto', weight: 100 } });
    const patch = { policy: { weight: 7, highest_rung: 'provision' } } as const;
    expect(await all.groups.update('web', patch, 'tg:1')).toMatchObject({
      policy: { mode: 'auto', weight: 7, highest_rung: 'provision' },
    });
    expect((await all.groups.list()).map((group) => group.name)).toEqual(['default', 'web']);
    const again = all.groups.create({ ...input, policy: {} }, 'tg:1');
    await expect(again).rejects.toMatchObject({ code: 'conflict' });
    await expect(all.groups.require('x')).rejects.toMatchObject({ code: 'not_found' });
    const wrong = all.groups.update('web', { policy: { weight: 1001 } }, 'tg:1');
    await expect(wrong).rejects.toMatchObject({ code: 'invalid_input' });
  });

  it('are overridden by a server, which begins with observe when it is adopted', async () => {
    const { handle } = await aServer(all);
    expect(await all.servers.require(handle)).toMatchObject({ mode: null, rebuildable: false });
    expect(await all.servers.transition(handle, 'ready', 'human', 'tg:1')).toMatchObject({
      mode: 'observe',
    });
    const patch = { mode: null, rebuildable: true } as const;
    expect(await all.servers.update(handle, patch, 'tg:1')).toMatchObject(patch);
    const chosen = await aServer(all);
    await all.servers.update(chosen.handle, { mode: 'auto' }, 'tg:1');
    expect(await all.servers.transition(chosen.handle, 'in_use', 'human', 'x')).toMatchObject({
      mode: 'auto',
    });
  });
});
