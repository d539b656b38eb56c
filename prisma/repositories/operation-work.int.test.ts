import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aTakenOperation, submit } from '#test/builders/an-operation.ts';
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

describe('take', () => {
  it('starts the budget once and keeps the first graph version', async () => {
    const { operation } = await aTakenOperation(all);
    const again = await all.operations.take(operation.id, 2, 'v2', 9999);
    expect(again).toMatchObject({ ...{ status: 'running', fence: 2, graphVersion: 'v1' } });
    expect(again.deadlineAt).toEqual(operation.deadlineAt);
    expect(await events(operation.id)).toEqual([
      [1, 'status', 'queued'],
      [2, 'status', 'running'],
    ]);
  });

  it('adds the time a person took to the budget, and no other pause', async () => {
    const { operation, take } = await aTakenOperation(all);
    const ask = { purpose: 'p', kind: 'confirm', question: '?', expiresInSeconds: 9000 } as const;
    const request = await all.inputs.ask(take, 's', operation.serverHandle, ask);
    await all.operations.park(take, { wakeAt: new Date(), inputRequestId: null, approvalId: null });
    stage.clock.advance(600);
    const woken = await all.operations.take(operation.id, 2, 'v1', 3000);
    expect(woken.deadlineAt).toEqual(operation.deadlineAt);
    const parked = { operationId: operation.id, fence: 2 };
    await all.operations.park(parked, {
      wakeAt: null,
      inputRequestId: request.id,
      approvalId: null,
    });
    stage.clock.advance(1200);
    const answered = await all.operations.take(operation.id, 3, 'v1', 3000);
    const longer = Number(answered.deadlineAt) - Number(operation.deadlineAt);
    expect(longer).toBeGreaterThanOrEqual(1_200_000);
    expect(longer).toBeLessThan(1_260_000);
    expect(answered).toMatchObject({ inputRequestId: null, wakeAt: null });
  });

  it('refuses a fence of the past, and every write under it', async () => {
    const { operation, take } = await aTakenOperation(all, { fence: 5 });
    await all.operations.take(operation.id, 6, 'v1', 10);
    const lost = { code: 'lease_lost' };
    const note = {
      type: 'note',
      status: null,
      step: null,
      state: null,
      text: '',
      percent: 0,
    } as const;
    const step = { status: 'started', attempt: 1, summary: null } as const;
    const end = { status: 'failed', error: null, notification: null } as const;
    const ask = { purpose: 'p', kind: 'confirm', question: '?', expiresInSeconds: 9 } as const;
    const { operations, inputs } = all;
    await expect(operations.take(operation.id, 5, 'v1', 10)).rejects.toMatchObject(lost);
    await expect(operations.claimAttempt(take, 1, 3)).rejects.toMatchObject(lost);
    await expect(operations.adoptVersion(take, 'v2')).rejects.toMatchObject(lost);
    await expect(
      operations.park(take, { wakeAt: null, inputRequestId: null, approvalId: null }),
    ).rejects.toMatchObject(lost);
    await expect(operations.addEvent(take, note)).rejects.toMatchObject(lost);
    await expect(operations.putStep(take, 's', step)).rejects.toMatchObject(lost);
    await expect(operations.putMemo(take, 's', {})).rejects.toMatchObject(lost);
    await expect(operations.finish(take, end)).rejects.toMatchObject(lost);
    await expect(inputs.ask(take, 's', operation.serverHandle, ask)).rejects.toMatchObject(lost);
    expect(await operations.steps(operation.id)).toEqual([]);
    expect(await events(operation.id)).toHaveLength(2);
  });
});

describe('claimAttempt', () => {
  it('reserves a number once, ten times at once', async () => {
    const { operation, take } = await aTakenOperation(all);
    await Promise.all(Array.from({ length: 10 }, () => all.operations.claimAttempt(take, 1, 3)));
    expect(await all.servers.require(operation.serverHandle)).toMatchObject({
      ...{ status: 'provisioning', provisioningAttempts: 1 },
    });
    expect((await all.operations.claimAttempt(take, 2, 3)).attempt).toBe(2);
    expect((await all.servers.require(operation.serverHandle)).provisioningAttempts).toBe(2);
  });

  it('ends with the attempts of the episode', async () => {
    const { take } = await aTakenOperation(all);
    for (const attempt of [1, 2]) await all.operations.claimAttempt(take, attempt, 2);
    await expect(all.operations.claimAttempt(take, 3, 2)).rejects.toMatchObject({
      code: 'attempts_exhausted',
    });
  });

  it.each([
    ['hands_off', { handsOff: true }],
    ['not_managed', { care: 'watch' }],
    ['not_managed', { status: 'reserved' }],
    ['illegal_transition', { status: 'maintenance' }],
  ] as const)('throws %s when meanwhile a human set %j', async (code, data) => {
    const { operation, take } = await aTakenOperation(all);
    await stage.prisma.server.update({ where: { id: operation.serverId }, data });
    await expect(all.operations.claimAttempt(take, 1, 3)).rejects.toMatchObject({ code });
  });

  it('throws when a stop was asked for', async () => {
    const a = await aTakenOperation(all);
    await all.operations.requestStop(a.operation.id, 'cancel', 'x');
    await expect(all.operations.claimAttempt(a.take, 1, 3)).rejects.toMatchObject({
      code: 'cancelled',
    });
    const b = await aTakenOperation(all);
    await submit(all, { target: b.operation.serverHandle, kind: 'rebuild' });
    await expect(all.operations.claimAttempt(b.take, 1, 3)).rejects.toMatchObject({
      code: 'superseded',
    });
  });
});
