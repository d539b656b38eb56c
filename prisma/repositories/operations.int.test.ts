import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ServerStatus } from '#domain/server.ts';
import { aServer } from '#test/builders/a-server.ts';
import { anOperation, aTakenOperation, submit } from '#test/builders/an-operation.ts';
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

describe('accept', () => {
  it('stores the order, moves the server and opens an episode', async () => {
    const server = await aServer(all);
    const { operation, outcome } = await submit(all, { target: server.handle, kind: 'rebuild' });
    expect(outcome).toBe('created');
    expect(operation).toMatchObject({
      ...{ kind: 'rebuild', mode: 'reinstall', status: 'queued', episode: 1, attempt: 0, fence: 0 },
      serverHandle: server.handle,
    });
    expect(await all.servers.require(server.handle)).toMatchObject({
      ...{ status: 'force_rebuild', statusBefore: 'discovered', episode: 1 },
    });
    expect(await events(operation.id)).toEqual([[1, 'status', 'queued']]);
    const audit = await stage.prisma.auditEvent.findFirst({ where: { operationId: operation.id } });
    expect(audit).toMatchObject({ action: 'operation.rebuild', actor: 'test' });
  });

  it('makes one operation of ten requests at once and tells the others of it', async () => {
    const { handle } = await aServer(all);
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => submit(all, { target: handle, kind: 'rebuild' })),
    );
    expect(new Set(answers.map((answer) => answer.operation.id)).size).toBe(1);
    expect(answers.map((answer) => answer.outcome).sort()).toEqual([
      'created',
      ...Array(9).fill('joined'),
    ]);
    expect((await all.servers.require(handle)).episode).toBe(1);
  });

  it('answers a repeated key with the same operation, also ten at once and after its end', async () => {
    const { handle } = await aServer(all);
    const key = randomUUID();
    const again = () => submit(all, { target: handle, key });
    const answers = await Promise.all(Array.from({ length: 10 }, again));
    const id = answers[0]?.operation.id ?? '';
    expect(answers.filter((answer) => answer.outcome === 'created')).toHaveLength(1);
    await all.operations.finishUntaken(id, 'cancelled', null);
    expect(await again()).toMatchObject({ outcome: 'replayed', operation: { id } });
  });

  it('answers a repeated request that had joined, after the end too', async () => {
    const { handle } = await aServer(all);
    const { operation } = await submit(all, { target: handle });
    const joined = { target: handle, key: randomUUID() };
    expect(await submit(all, joined)).toMatchObject({ outcome: 'joined' });
    await all.operations.finishUntaken(operation.id, 'cancelled', null);
    expect(await submit(all, joined)).toMatchObject({
      outcome: 'replayed',
      operation: { id: operation.id },
    });
  });

  it('refuses a key that was used for something else', async () => {
    const [a, b] = [await aServer(all), await aServer(all)];
    const key = randomUUID();
    await submit(all, { target: a.handle, key });
    const mismatch = { code: 'idempotency_mismatch' };
    await expect(submit(all, { target: b.handle, key })).rejects.toMatchObject(mismatch);
    await expect(submit(all, { target: a.handle, key, kind: 'rebuild' })).rejects.toMatchObject(
      mismatch,
    );
  });

  it('gives one key on two servers at once to one of them', async () => {
    const [a, b] = [await aServer(all), await aServer(all)];
    const key = randomUUID();
    const answers = await Promise.allSettled(
      [a, b].map(({ handle }) => submit(all, { target: handle, key })),
    );
    expect(answers.map((answer) => answer.status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(answers.find((answer) => answer.status === 'rejected')).toMatchObject({
      reason: { code: 'idempotency_mismatch' },
    });
  });

  it('lets a rebuild take the place of a provisioning', async () => {
    const { operation, take } = await aTakenOperation(all);
    await all.operations.claimAttempt(take, 1, 3);
    const target = operation.serverHandle;
    const rebuild = await submit(all, { target, kind: 'rebuild', by: 'tg:1' });
    expect(rebuild.operation.episode).toBe(2);
    expect(await all.operations.require(operation.id)).toMatchObject({
      ...{ stopRequested: 'supersede', stopRequestedBy: 'tg:1', status: 'running' },
    });
    expect(await all.servers.require(target)).toMatchObject({
      ...{ status: 'force_rebuild', statusBefore: 'error', provisioningAttempts: 0 },
    });
  });

  it('leaves nothing behind when it is refused', async () => {
    const { handle } = await aServer(all, { care: 'watch' });
    const refused = submit(all, { target: handle });
    await expect(refused).rejects.toMatchObject({ code: 'not_managed' });
    expect(await all.servers.require(handle)).toMatchObject({ status: 'discovered', episode: 0 });
    expect(
      (await all.operations.list({ serverHandle: handle }, { offset: 0, limit: 9 })).total,
    ).toBe(0);
    await expect(submit(all, { target: 'vps-none' })).rejects.toMatchObject({ code: 'not_found' });
  });
});

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
    await all.operations.park(take, { wakeAt: new Date(), inputRequestId: null });
    stage.clock.advance(600);
    const woken = await all.operations.take(operation.id, 2, 'v1', 3000);
    expect(woken.deadlineAt).toEqual(operation.deadlineAt);
    const parked = { operationId: operation.id, fence: 2 };
    await all.operations.park(parked, { wakeAt: null, inputRequestId: request.id });
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
      operations.park(take, { wakeAt: null, inputRequestId: null }),
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

describe('finish', () => {
  const error = { code: 'timeout', message: 'Too slow', hint: null, step: 'reinstall' } as const;
  const notification = (id: string) => ({
    ...({ dedupeKey: id, severity: 'success', kind: 'server_ready', params: {} } as const),
    ...{ serverHandle: null, operationId: id },
  });
  beforeAll(() =>
    all.users.upsert({
      ...{ telegramId: 1n, username: null, firstName: null, lastName: null, languageCode: null },
      ...{ role: 'owner', seen: false },
    }),
  );
  const told = (id: string) => stage.prisma.notificationOutbox.count({ where: { dedupeKey: id } });

  it('of a success makes the server ready, tells people, and repeats nothing', async () => {
    const { operation, take } = await aTakenOperation(all);
    await all.operations.claimAttempt(take, 1, 3);
    const end = {
      status: 'succeeded',
      error: null,
      notification: notification(operation.id),
    } as const;
    const first = await all.operations.finish(take, end);
    expect(first).toMatchObject({ status: 'succeeded', percent: 100 });
    expect(first.finishedAt).toBeInstanceOf(Date);
    expect(await all.operations.finish(take, end)).toEqual(first);
    expect(await all.servers.require(operation.serverHandle)).toMatchObject({
      ...{ status: 'ready', statusBefore: null, provisioningAttempts: 1 },
    });
    expect((await events(operation.id)).at(-1)).toEqual([3, 'status', 'succeeded']);
    expect(await told(operation.id)).toBe(1);
  });

  it('of a success of a past episode is superseded and touches nothing', async () => {
    const { operation, take } = await aTakenOperation(all);
    await all.operations.claimAttempt(take, 1, 3);
    await submit(all, { target: operation.serverHandle, kind: 'rebuild' });
    const ended = await all.operations.finish(take, {
      ...{ status: 'succeeded', error: null, notification: notification(operation.id) },
    });
    expect(ended).toMatchObject({ status: 'superseded', error: null });
    expect((await all.servers.require(operation.serverHandle)).status).toBe('force_rebuild');
    expect(await told(operation.id)).toBe(0);
  });

  it('and a take by another worker at once exclude each other', async () => {
    const taken = await Promise.all(Array.from({ length: 8 }, () => aTakenOperation(all)));
    const rounds = taken.map(async ({ operation: { id }, take }) => {
      const end = { status: 'failed', error: null, notification: null } as const;
      const finishing = all.operations.finish(take, end).catch((refused) => refused.code);
      const next = await all.operations.take(id, 2, 'v1', 10);
      const finished = await finishing;
      // Either it had ended before it was taken, or the former worker is refused.
      expect([next.status, finished.status ?? finished]).toEqual(
        next.status === 'failed' ? ['failed', 'failed'] : ['running', 'lease_lost'],
      );
      expect((await all.operations.require(id)).status).toBe(next.status);
    });
    await Promise.all(rounds);
  });

  it('of a failure keeps the reason and closes the open questions', async () => {
    const { operation, take } = await aTakenOperation(all);
    await all.operations.claimAttempt(take, 1, 3);
    const ask = { purpose: 'p', kind: 'secret', question: '?', expiresInSeconds: 90 } as const;
    const request = await all.inputs.ask(take, 's', operation.serverHandle, ask);
    const ended = await all.operations.finish(take, {
      status: 'failed',
      error,
      notification: null,
    });
    expect(ended.error).toEqual(error);
    expect((await all.servers.require(operation.serverHandle)).status).toBe('error');
    expect(await all.inputs.find(request.id)).toMatchObject({ status: 'cancelled' });
  });

  it('of one that nobody took happens once, and not to one that was taken', async () => {
    const { id, serverHandle } = await anOperation(all, { kind: 'rebuild' });
    await all.operations.requestStop(id, 'cancel', 'tg:1');
    const both = [1, 2].map(() => all.operations.finishUntaken(id, 'cancelled', null));
    expect((await Promise.all(both)).sort()).toEqual([false, true]);
    expect(await all.servers.require(serverHandle)).toMatchObject({ status: 'discovered' });
    const { operation } = await aTakenOperation(all);
    expect(await all.operations.finishUntaken(operation.id, 'expired', null)).toBe(false);
  });

  it('cannot be asked for when it has come', async () => {
    const { id } = await anOperation(all);
    await all.operations.finishUntaken(id, 'cancelled', null);
    await expect(all.operations.requestStop(id, 'cancel', 'x')).rejects.toMatchObject({
      code: 'conflict',
    });
  });
});

describe('journal', () => {
  it('numbers events without holes, many at once, and drops what comes after the end', async () => {
    const { operation, take } = await aTakenOperation(all);
    const note = (text: string) =>
      all.operations.addEvent(take, {
        ...{ type: 'task', status: null, step: 's', state: 'ok', text, percent: 5 },
      });
    await Promise.all(Array.from({ length: 30 }, (_, i) => note(`task ${i}\u0000`)));
    await all.operations.finish(take, { status: 'failed', error: null, notification: null });
    await note('late');
    const list = await all.operations.events(operation.id, 0, 100);
    expect(list.map((event) => event.seq)).toEqual(Array.from({ length: 33 }, (_, i) => i + 1));
    expect(list.at(-1)).toMatchObject({ type: 'status', status: 'failed' });
    expect(await all.operations.events(operation.id, 31, 1)).toMatchObject([{ seq: 32 }]);
    expect(await all.operations.require(operation.id)).toMatchObject({
      currentStep: 's',
      percent: 5,
    });
  });

  it('keeps the notes of a step over its statuses', async () => {
    const { operation, take } = await aTakenOperation(all);
    await all.operations.putMemo(take, 'reinstall', { task: 17, at: new Date(0), nul: 'a\u0000' });
    const step = { attempt: 1, summary: null } as const;
    await all.operations.putStep(take, 'reinstall', { status: 'started', ...step });
    const started = await all.operations.step(operation.id, 'reinstall');
    expect(started).toMatchObject({ status: 'started', finishedAt: null });
    await all.operations.putStep(take, 'reinstall', { status: 'done', attempt: 1, summary: 'New' });
    expect(await all.operations.step(operation.id, 'reinstall')).toMatchObject({
      ...{ status: 'done', summary: 'New', startedAt: started?.startedAt },
      memo: { task: 17, at: '1970-01-01T00:00:00.000Z', nul: 'a\uFFFD' },
    });
    expect((await all.operations.require(operation.id)).currentStep).toBe('reinstall');
    expect(await all.operations.step(operation.id, 'other')).toBeNull();
    expect(await all.operations.step('nonsense', 'other')).toBeNull();
  });
});

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
      all.operations.park(take, { wakeAt: new Date(Date.now() + ms), inputRequestId: null });
    await park(60_000);
    expect(await isDue(operation.id)).toBe(false);
    await park(-1000);
    expect(await isDue(operation.id)).toBe(true);
  });

  it('are waiting ones whose question is closed, or that are to stop', async () => {
    const { operation, take } = await aTakenOperation(all);
    const ask = { purpose: 'p', kind: 'confirm', question: '?', expiresInSeconds: 90 } as const;
    const request = await all.inputs.ask(take, 's', operation.serverHandle, ask);
    await all.operations.park(take, { wakeAt: null, inputRequestId: request.id });
    expect((await events(operation.id)).at(-1)).toEqual([3, 'status', 'waiting']);
    expect(await isDue(operation.id)).toBe(false);
    await all.inputs.answer(request.id, 'tg:1', null);
    expect(await isDue(operation.id)).toBe(true);
    const other = await aTakenOperation(all);
    await all.operations.park(other.take, { wakeAt: null, inputRequestId: null });
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
