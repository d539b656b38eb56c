import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ServerStatus } from '#domain/server.ts';
import { anOperation, aTakenOperation } from '#test/builders/an-operation.ts';
import { type TestRepositories, testRepositories } from '#test/builders/repositories.ts';

let stage: TestRepositories;
let all: TestRepositories['repositories'];
beforeAll(async () => {
  stage = await testRepositories();
  all = stage.repositories;
});
afterAll(() => stage.close());

const events = async (id: string) =>
  (await all.operations.events(id, 0, 100)).map(({ seq, type, status }) => [seq, type, status]);
const setStatus = (handle: string, status: ServerStatus) =>
  stage.prisma.server.update({ where: { handle }, data: { status } });

describe('due', () => {
  const isDue = async (id: string) => (await all.operations.due(1000)).some((one) => one.id === id);
  const lease = (serverId: string, seconds: number) => stage.prisma.$executeRaw`
    INSERT INTO lease VALUES (${`server:${serverId}`}, '{}', 1, now() + make_interval(secs => ${seconds}))
    ON CONFLICT (resource) DO UPDATE SET until = excluded.until`;

  it('are queued ones, stopped ones among them', async () => {
    const { id } = await anOperation(all);
    expect(await isDue(id)).toBe(true);
    await all.operations.requestStop(id, 'cancel', 'x');
    expect(await isDue(id)).toBe(true);
    await all.operations.finishUntaken(id, 'cancelled', null);
    expect(await isDue(id)).toBe(false);
  });

  it('are running ones whose lease is not alive', async () => {
    const { operation } = await aTakenOperation(all);
    expect(await isDue(operation.id)).toBe(true);
    await lease(operation.serverId, 60);
    expect(await isDue(operation.id)).toBe(false);
    await lease(operation.serverId, -1);
    expect(await isDue(operation.id)).toBe(true);
  });

  it('are waiting ones whose time has come', async () => {
    const { operation, take } = await aTakenOperation(all);
    const park = (ms: number) =>
      all.operations.park(take, {
        wakeAt: new Date(Date.now() + ms),
        inputRequestId: null,
        approvalId: null,
      });
    await park(60_000);
    expect(await isDue(operation.id)).toBe(false);
    await park(-1000);
    expect(await isDue(operation.id)).toBe(true);
  });

  it('are waiting ones whose question is closed, or that are to stop', async () => {
    const { operation, take } = await aTakenOperation(all);
    const ask = { purpose: 'p', kind: 'confirm', question: '?', expiresInSeconds: 90 } as const;
    const request = await all.inputs.ask(take, 's', operation.serverHandle, ask);
    await all.operations.park(take, { wakeAt: null, inputRequestId: request.id, approvalId: null });
    expect((await events(operation.id)).at(-1)).toEqual([3, 'status', 'waiting']);
    expect(await isDue(operation.id)).toBe(false);
    await all.inputs.answer(request.id, 'tg:1', null);
    expect(await isDue(operation.id)).toBe(true);
    const other = await aTakenOperation(all);
    await all.operations.park(other.take, { wakeAt: null, inputRequestId: null, approvalId: null });
    expect(await isDue(other.operation.id)).toBe(false);
    await all.operations.requestStop(other.operation.id, 'cancel', 'x');
    expect(await isDue(other.operation.id)).toBe(true);
  });
});

describe('the rest', () => {
  it('adds unattended time to what was queued then', async () => {
    const { id } = await anOperation(all);
    const { operation: running } = await aTakenOperation(all);
    const at = (await all.operations.require(id)).createdAt.getTime();
    await all.operations.addUnattended(new Date(at - 5000), new Date(at + 7000));
    await all.operations.addUnattended(new Date(at + 10_000), new Date(at + 11_500));
    await all.operations.addUnattended(new Date(at - 9000), new Date(at - 8000));
    expect((await all.operations.require(id)).unattendedSeconds).toBeCloseTo(8.5, 3);
    expect((await all.operations.require(running.id)).unattendedSeconds).toBe(0);
  });

  it('lists by server, status and kind, the newest first', async () => {
    const { id, serverHandle } = await anOperation(all);
    await all.operations.finishUntaken(id, 'cancelled', null);
    await setStatus(serverHandle, 'ready');
    const next = await anOperation(all, { target: serverHandle, kind: 'rebuild' });
    const page = await all.operations.list({ serverHandle }, { offset: 0, limit: 1 });
    expect(page).toMatchObject({ total: 2, items: [{ id: next.id }] });
    const cancelled = await all.operations.list(
      { serverHandle, status: ['cancelled'], kind: 'provision' },
      { offset: 0, limit: 9 },
    );
    expect(cancelled.items.map((one) => one.id)).toEqual([id]);
  });

  it('knows nothing of ids that are none', async () => {
    expect(await all.operations.find('nonsense')).toBeNull();
    expect(await all.operations.find(randomUUID())).toBeNull();
    await expect(all.operations.require('x')).rejects.toMatchObject({ code: 'not_found' });
    expect(await all.operations.events('x', 0, 1)).toEqual([]);
    await expect(all.operations.requestStop('x', 'cancel', 'y')).rejects.toMatchObject({
      code: 'not_found',
    });
  });
});
