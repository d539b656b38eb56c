import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Operation } from '#domain/operation.ts';
import type { Take } from '#domain/repositories.ts';
import { Secret } from '#domain/secret.ts';
import { aTakenOperation } from '#test/builders/an-operation.ts';
import { type TestRepositories, testRepositories } from '#test/builders/repositories.ts';

let stage: TestRepositories;
let all: TestRepositories['repositories'];
let operation: Operation;
let take: Take;
beforeAll(async () => {
  stage = await testRepositories();
  all = stage.repositories;
});
afterAll(() => stage.close());
beforeEach(async () => {
  ({ operation, take } = await aTakenOperation(all));
});

const ask = (
  over: { purpose?: string; kind?: 'secret' | 'confirm'; expiresInSeconds?: number } = {},
) =>
  all.inputs.ask(take, 'reset-password', operation.serverHandle, {
    ...{ purpose: 'root-password', kind: 'secret', question: 'Which?', expiresInSeconds: 600 },
    ...over,
  });

describe('ask', () => {
  it('asks once, ten times at once, until it was used', async () => {
    const asked = await Promise.all(Array.from({ length: 10 }, () => ask()));
    const id = asked[0]?.id ?? '';
    expect(new Set(asked.map((request) => request.id))).toEqual(new Set([id]));
    await all.inputs.answer(id, 'tg:1', new Secret('pw'));
    expect(await ask()).toMatchObject({ id, status: 'answered' });
    await all.inputs.markUsed(id);
    expect((await ask()).id).not.toBe(id);
    expect((await ask({ purpose: 'other' })).id).not.toBe(id);
  });
});

describe('answer', () => {
  it('keeps a secret sealed, as a credential', async () => {
    const { id } = await ask();
    const answered = await all.inputs.answer(id, 'tg:1', new Secret('hunter2 ж'));
    expect(answered).toMatchObject({ status: 'answered', answeredBy: 'tg:1' });
    const credential = await all.credentials.require(answered.credentialId ?? '');
    expect(credential).toMatchObject({ kind: 'root_password', user: 'root', verifiedAt: null });
    expect(credential.secret.reveal()).toBe('hunter2 ж');
    const stored = await stage.prisma.credential.findFirst({ where: { id: credential.id } });
    expect(stored?.ciphertext).toMatch(/^v1:/);
    const audit = await stage.prisma.auditEvent.findMany({ where: { operationId: operation.id } });
    expect(
      JSON.stringify([stored, audit], (_, v) => (typeof v === 'bigint' ? `${v}` : v)),
    ).not.toContain('hunter2');
  });

  it('is taken from one of ten people', async () => {
    const { id } = await ask();
    const answers = await Promise.allSettled(
      Array.from({ length: 10 }, (_, i) => all.inputs.answer(id, `tg:${i}`, new Secret(`pw${i}`))),
    );
    expect(answers.filter((answer) => answer.status === 'fulfilled')).toHaveLength(1);
    const credentials = { where: { serverId: operation.serverId } };
    expect(await stage.prisma.credential.count(credentials)).toBe(1);
    await expect(all.inputs.decline(id, 'tg:1')).rejects.toMatchObject({ code: 'conflict' });
  });

  it('must hold a secret where one was asked for', async () => {
    const { id } = await ask();
    for (const secret of [null, new Secret('')]) {
      await expect(all.inputs.answer(id, 'x', secret)).rejects.toMatchObject({
        code: 'invalid_input',
      });
    }
    expect((await all.inputs.find(id))?.status).toBe('open');
  });

  it('to a confirmation is a word alone', async () => {
    const { id } = await ask({ kind: 'confirm' });
    expect(await all.inputs.answer(id, 'x', new Secret('unasked'))).toMatchObject({
      ...{ status: 'answered', credentialId: null },
    });
  });

  it('and the end of its operation at once leave nobody locked', async () => {
    const pairs = await Promise.all(
      Array.from({ length: 6 }, async () => {
        const taken = await aTakenOperation(all);
        const { id } = await all.inputs.ask(taken.take, 's', taken.operation.serverHandle, {
          ...{ purpose: 'p', kind: 'secret', question: '?', expiresInSeconds: 60 },
        });
        return { id, take: taken.take };
      }),
    );
    const end = { status: 'failed', error: null, notification: null } as const;
    const outcomes = await Promise.allSettled(
      pairs.flatMap(({ id, take }) => [
        all.inputs.answer(id, 'x', new Secret('pw')),
        all.operations.finish(take, end),
      ]),
    );
    // An answer may find its question closed; a deadlock would show as another error.
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'conflict' });
    }
  });

  it('for sudo is a password for sudo', async () => {
    const { id } = await ask({ purpose: 'become-password' });
    const { credentialId } = await all.inputs.answer(id, 'x', new Secret('pw'));
    expect((await all.credentials.require(credentialId ?? '')).kind).toBe('become_password');
  });

  it('comes too late after the end of its time', async () => {
    const { id } = await ask({ expiresInSeconds: 60 });
    stage.clock.advance(61);
    await expect(all.inputs.answer(id, 'x', new Secret('pw'))).rejects.toMatchObject({
      code: 'expired',
    });
    const expired = await all.inputs.expire(stage.clock.now());
    expect(expired).toMatchObject([
      { id, status: 'expired', serverHandle: operation.serverHandle },
    ]);
    expect(await all.inputs.expire(stage.clock.now())).toEqual([]);
    expect(await all.inputs.latest(operation.id, 'reset-password', 'root-password')).toMatchObject({
      ...{ id, status: 'expired' },
    });
  });
});

describe('the rest', () => {
  it('declines, lists and finds', async () => {
    const { id } = await ask();
    const other = await ask({ purpose: 'other' });
    expect(await all.inputs.decline(id, 'tg:1')).toMatchObject({ status: 'cancelled' });
    const list = await all.inputs.list({ operationId: operation.id });
    expect(list.map((request) => request.id)).toEqual([id, other.id]);
    expect(await all.inputs.list({ operationId: operation.id, status: 'open' })).toHaveLength(1);
    expect(await all.inputs.list({ operationId: 'nonsense' })).toEqual([]);
    expect(await all.inputs.find('nonsense')).toBeNull();
    await expect(all.inputs.answer('nonsense', 'x', null)).rejects.toMatchObject({
      code: 'not_found',
    });
  });
});
