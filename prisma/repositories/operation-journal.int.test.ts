import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aTakenOperation } from '#test/builders/an-operation.ts';
import { type TestRepositories, testRepositories } from '#test/builders/repositories.ts';

let stage: TestRepositories;
let all: TestRepositories['repositories'];
beforeAll(async () => {
  stage = await testRepositories();
  all = stage.repositories;
});
afterAll(() => stage.close());

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
