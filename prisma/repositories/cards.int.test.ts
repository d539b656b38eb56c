import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { aRecovery } from '#test/builders/a-recovery.ts';
import { anOperation, aTakenOperation } from '#test/builders/an-operation.ts';
import { type TestRepositories, testRepositories } from '#test/builders/repositories.ts';

let stage: TestRepositories;
let all: TestRepositories['repositories'];
beforeAll(async () => {
  stage = await testRepositories();
  all = stage.repositories;
});
afterAll(() => stage.close());
beforeEach(() =>
  stage.prisma.$executeRawUnsafe('TRUNCATE user_account, chat_card, chat_order CASCADE'),
);

const person = (id: number, role?: 'viewer' | 'operator' | 'owner') =>
  all.users.upsert({
    ...{ telegramId: BigInt(id), username: `u${id}`, firstName: null, lastName: null },
    ...{ languageCode: 'ru', seen: true, ...(role ? { role } : {}) },
  });

const ANN = { chatId: 1n, threadId: 0 };
const TOPIC = { chatId: -1001n, threadId: 7 };
const put = (subject: 'incident' | 'operation' | 'approval', subjectId: string, receiver = ANN) =>
  all.cards.put({ subject, subjectId, receiver, messageId: 5, shown: 'x', closed: false });
const stamps = async () => (await all.cards.open(100)).map(({ stamp }) => stamp);

describe('cards', () => {
  it('are one per subject and chat; the later message counts', async () => {
    const { incident } = await aRecovery(all);
    await put('incident', incident.id);
    await put('incident', incident.id, TOPIC);
    await all.cards.put({
      ...{ subject: 'incident', subjectId: incident.id, receiver: ANN, messageId: 6 },
      ...{ shown: 'y', closed: false },
    });
    const card = await all.cards.find('incident', incident.id, ANN);
    expect(card).toMatchObject({ messageId: 6, shown: 'y', receiver: ANN });
    expect(await all.cards.open(100)).toHaveLength(2);
    await all.cards.redrawn(card?.id ?? '', 'z', true);
    expect(await all.cards.open(100)).toMatchObject([{ receiver: TOPIC, messageId: 5 }]);
    await all.cards.forget(card?.id ?? '');
    expect(await all.cards.find('incident', incident.id, ANN)).toBeNull();
    expect(await all.cards.find('incident', 'nonsense', ANN)).toBeNull();
  });

  it('bear another stamp whenever their rows have changed', async () => {
    const { incident, take } = await aRecovery(all);
    await put('incident', incident.id);
    const seen = [await stamps()];
    const changes = [
      () => all.incidents.update(incident.id, { takenBy: 'tg:1' }, 'tg:1'),
      () => all.incidents.addEvent(incident.id, { actor: 'agent', text: 'looked' }),
      () =>
        all.recoveries.record(take, {
          ...{ incidentId: incident.id, rung: 'reboot', attempt: 1, permit: 'none', reason: 'x' },
          outcome: 'would',
        }),
      () => all.following.mute(ANN, incident.id, new Date(Date.now() + 60_000)),
      () => all.incidents.update(incident.id, { status: 'resolved' }, 'tg:1'),
    ];
    for (const change of changes) {
      await change();
      seen.push(await stamps());
    }
    expect(new Set(seen.map(String)).size).toBe(changes.length + 1);
    expect(await stamps()).toEqual(seen.at(-1));
  });

  it('of an operation list its steps by their titles, and the task under way', async () => {
    const { take, operation } = await aTakenOperation(all);
    await put('operation', operation.id);
    const before = await stamps();
    const event = { step: 'open-access', status: null, percent: 20 };
    await all.operations.putStep(take, 'open-access', {
      ...{ status: 'started', attempt: 1, summary: null },
    });
    await all.operations.addEvent(take, {
      ...{ ...event, type: 'step', state: 'started', text: 'Open access' },
    });
    await all.operations.addEvent(take, {
      ...{ ...event, type: 'task', state: 'ok', text: 'Install Docker' },
    });
    expect(await all.cards.progress(operation.id)).toEqual({
      steps: [{ id: 'open-access', title: 'Open access', status: 'started' }],
      task: 'Install Docker',
    });
    expect(await stamps()).not.toEqual(before);
    expect(await all.cards.progress('nonsense')).toEqual({ steps: [], task: null });
  });

  it('know how the server is recovered', async () => {
    const { incident, server } = await aRecovery(all);
    expect(await all.cards.modeOf(incident.id)).toBe(server.mode ?? 'ask');
    await stage.prisma.server.update({ where: { id: server.id }, data: { handsOff: true } });
    expect(await all.cards.modeOf(incident.id)).toBeNull();
  });

  it('are missing where a person has just ordered something', async () => {
    await Promise.all([person(1, 'operator'), person(2)]);
    const since = new Date(stage.clock.now().getTime() - 1000);
    const own = await anOperation(all, { by: 'tg:1' });
    await anOperation(all, { by: 'agent:sync' });
    // Nobody tells a person who has no role any more.
    await anOperation(all, { by: 'tg:2' });
    expect(await all.cards.ordered(since)).toEqual([{ operationId: own.id, receiver: ANN }]);
    await put('operation', own.id);
    expect(await all.cards.ordered(since)).toEqual([]);
    const group = await anOperation(all, { by: 'tg:1' });
    await stage.prisma.chatOrder.create({
      data: {
        ...{ id: 'abcdefghij', verb: 'provision', target: 'vps-1', askedBy: 1n, factsHash: 'x' },
        ...{ chatId: TOPIC.chatId, threadId: TOPIC.threadId, operationId: group.id },
        expiresAt: new Date(),
      },
    });
    expect(await all.cards.ordered(since)).toEqual([{ operationId: group.id, receiver: TOPIC }]);
    stage.clock.advance(3600);
    expect(await all.cards.ordered(stage.clock.now())).toEqual([]);
  });
});
