import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NewIncident } from '#domain/repositories.ts';
import { anAdoptedServer, anIncident, aRecovery } from '#test/builders/a-recovery.ts';
import { anOperation } from '#test/builders/an-operation.ts';
import { type TestRepositories, testRepositories } from '#test/builders/repositories.ts';

let stage: TestRepositories;
let all: TestRepositories['repositories'];
beforeAll(async () => {
  stage = await testRepositories();
  all = stage.repositories;
});
afterAll(() => stage.close());

const openWith = (serverHandle: string, over: Partial<NewIncident> = {}) =>
  all.incidents.openWith({
    ...{ serverHandle, type: 'server_unreachable', severity: 'critical', operationId: null },
    ...{ details: 'No answer' },
    ...over,
  });
const many = (count: number, target: string) =>
  Promise.all(Array.from({ length: count }, () => openWith(target)));
const outcomes = (opened: Awaited<ReturnType<typeof many>>) =>
  opened.map((one) => one.outcome).sort();
const resolve = (id: string) =>
  all.incidents.update(id, { status: 'resolved', closeReason: 'It answers' }, 'tg:1');
const server = async (handle: string) => {
  const { status, statusBefore } = await all.servers.require(handle);
  return [status, statusBefore];
};
const page = { offset: 0, limit: 10 };

describe('openWith', () => {
  it.each(['a server', 'fleet'])('opens one, reopens one, joins the rest: %s', async (what) => {
    const target = what === 'fleet' ? what : (await anAdoptedServer(all)).handle;
    const opened = await many(10, target);
    expect(outcomes(opened)).toEqual([...Array(9).fill('joined'), 'opened']);
    const id = opened[0]?.incident.id ?? '';
    await resolve(id);
    stage.clock.advance(590);
    const again = await many(10, target);
    expect(outcomes(again)).toEqual([...Array(9).fill('joined'), 'reopened']);
    expect(await all.incidents.find(id)).toMatchObject({
      ...{ status: 'detected', reopened: 1, resolvedAt: null, closedBy: null },
      detectedAt: opened[0]?.incident.detectedAt,
    });
    await resolve(id);
    stage.clock.advance(601);
    expect(await openWith(target)).toMatchObject({ outcome: 'opened' });
    expect((await all.incidents.list({ serverHandle: target }, page)).total).toBe(2);
  });

  it('names what it affects, since when, and says so on the timeline', async () => {
    const { handle, id } = await anAdoptedServer(all);
    await all.health.setServices(id, [
      { name: 'shop', checks: [] },
      { name: 'blog', checks: [] },
    ]);
    const failedAt = new Date(Date.now() - 16_000);
    const { incident } = await openWith(handle, { failedAt, muted: true });
    expect(incident).toMatchObject({
      ...{ affectedServices: ['blog', 'shop'], failedAt, muted: true, reopened: 0 },
    });
    await all.incidents.addEvent(incident.id, { actor: 'tg:1', text: 'Looking', data: { a: 1 } });
    await all.incidents.update(incident.id, { takenBy: 'tg:1', muted: false }, 'tg:1');
    const events = await all.incidents.events(incident.id);
    expect(events.map((event) => [event.actor, event.text])).toEqual([
      ['agent', 'No answer'],
      ['tg:1', 'Looking'],
      ['tg:1', 'Taken by tg:1'],
    ]);
    expect(events[1]).toMatchObject({ data: { a: 1 }, at: expect.any(Date) });
    const named = await openWith(handle, { type: 'service_down', affectedServices: ['shop'] });
    expect(named.incident.affectedServices).toEqual(['shop']);
    expect(await all.incidents.events('x')).toEqual([]);
  });
});

describe('the status of the server', () => {
  it('is error while an incident takes it out of use, and as before afterwards', async () => {
    const { handle } = await anAdoptedServer(all, { status: 'in_use' });
    await openWith(handle, { type: 'disk_full' });
    expect(await server(handle)).toEqual(['in_use', 'discovered']);
    const [first, second] = [
      await openWith(handle),
      await openWith(handle, { type: 'ssh_blocked' }),
    ];
    expect(await server(handle)).toEqual(['error', 'in_use']);
    await resolve(first.incident.id);
    expect(await server(handle)).toEqual(['error', 'in_use']);
    await resolve(second.incident.id);
    expect(await server(handle)).toEqual(['in_use', null]);
    const audit = await stage.prisma.auditEvent.findMany({
      where: { target: handle, action: 'server.status' },
      orderBy: { seq: 'asc' },
    });
    expect(audit.map((event) => JSON.parse(JSON.stringify(event.data)).to)).toEqual([
      ...['in_use', 'error', 'in_use'],
    ]);
  });

  it('comes back also when the ladder had given up and good checks prove it', async () => {
    const { incident, server: broken } = await anIncident(all);
    await all.incidents.update(incident.id, { status: 'failed' }, 'agent');
    expect(await server(broken.handle)).toEqual(['error', 'ready']);
    await all.incidents.resolve(broken.handle, ['server_unreachable'], 'It answers again');
    expect(await server(broken.handle)).toEqual(['ready', null]);
    expect(await resolve(incident.id)).toMatchObject({ status: 'resolved', closedBy: 'tg:1' });
  });

  it('is not touched by an incident where provisioning has failed', async () => {
    const { handle } = await anAdoptedServer(all);
    await all.servers.transition(handle, 'discovered', 'human', 'test');
    const { id } = await anOperation(all, { target: handle });
    const take = { operationId: id, fence: 1 };
    await all.operations.take(id, 1, 'v1', 600);
    await all.operations.claimAttempt(take, 1, 3);
    await all.operations.finish(take, { status: 'failed', error: null, notification: null });
    const { incident } = await openWith(handle);
    await resolve(incident.id);
    expect((await server(handle))[0]).toBe('error');
  });

  it('waits for the end of an operation, and of maintenance', async () => {
    const { operation, take, incident, server: broken } = await aRecovery(all);
    await resolve(incident.id);
    expect((await server(broken.handle))[0]).toBe('error');
    await all.operations.finish(take, { status: 'cancelled', error: null, notification: null });
    expect(await server(operation.serverHandle)).toEqual(['ready', null]);
    const { incident: other, server: kept } = await anIncident(all, { status: 'in_use' });
    await all.servers.transition(kept.handle, 'maintenance', 'human', 'tg:1');
    await resolve(other.id);
    expect(await server(kept.handle)).toEqual(['maintenance', 'in_use']);
  });
});

describe('lists', () => {
  it('put the worst first and muted ones last, count open ones, and reach back so far', async () => {
    const opened = async (severity: NewIncident['severity'], muted = false) => {
      const { handle } = await anAdoptedServer(all);
      const type = 'server_degraded' as const;
      return (await openWith(handle, { severity, muted, type })).incident;
    };
    const before = (await all.incidents.countOpen()).warning ?? 0;
    const warning = await opened('warning');
    const error = await opened('error');
    const silent = await opened('critical', true);
    const ids = [silent, warning, error].map(({ id }) => id);
    const found = await all.incidents.list(
      { type: 'server_degraded', status: ['detected'] },
      { offset: 0, limit: 500 },
      'worst',
    );
    const order = found.items.map(({ id }) => id).filter((id) => ids.includes(id));
    expect(order).toEqual([error.id, warning.id, silent.id]);
    expect((await all.incidents.countOpen()).warning).toBe(before + 1);
    await resolve(warning.id);
    expect((await all.incidents.countOpen()).warning ?? 0).toBe(before);
    const since = new Date(stage.clock.now().getTime() + 1000);
    const later = await all.incidents.list({ since, type: 'server_degraded' }, page);
    expect(later.total).toBe(0);
  });
});
