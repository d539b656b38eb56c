import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aServer } from '#test/builders/a-server.ts';
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
