import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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
