import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { anIncident } from '#test/builders/a-recovery.ts';
import { type TestRepositories, testRepositories } from '#test/builders/repositories.ts';
import { createEscalation } from '#workers/escalation.ts';

let stage: TestRepositories;
let all: TestRepositories['repositories'];
beforeAll(async () => {
  stage = await testRepositories();
  all = stage.repositories;
});
afterAll(() => stage.close());
beforeEach(() =>
  stage.prisma.$executeRawUnsafe(
    'TRUNCATE user_account, subscription, on_call_slot, incident, notification_outbox CASCADE',
  ),
);

const person = (id: number, role?: 'viewer' | 'operator' | 'owner') =>
  all.users.upsert({
    ...{ telegramId: BigInt(id), username: `u${id}`, firstName: null, lastName: null },
    ...{ languageCode: 'ru', seen: true, ...(role ? { role } : {}) },
  });

const escalation = () =>
  createEscalation({ onCall: all.onCall, clock: stage.clock, log: stage.log });
const calls = async () => {
  const rows = await stage.prisma.notificationOutbox.findMany({
    where: { kind: 'incident_escalated' },
    orderBy: { seq: 'asc' },
  });
  return rows.map(({ receiver, channel, params }) => {
    const { who, step } = params as { who: string; step: number };
    return `${step} ${channel === 'webhook' ? 'webhook' : receiver} ${who}`.trim();
  });
};
const stateOf = (id: string) => stage.prisma.incident.findUniqueOrThrow({ where: { id } });
const minutes = (count: number) => stage.clock.advance(count * 60);

describe('the list', () => {
  it('is kept in order, and changed by moving one up', async () => {
    const [a, b, c] = [
      await all.onCall.add({ telegramId: 1n, afterMinutes: 10 }, 'tg:1'),
      await all.onCall.add({ telegramId: 2n, afterMinutes: 5 }, 'tg:1'),
      await all.onCall.add({ telegramId: null, afterMinutes: 30 }, 'tg:1'),
    ];
    const order = async () => (await all.onCall.slots()).map(({ id }) => id);
    expect(await all.onCall.raise(c.id, 'tg:1')).toBe(true);
    expect(await order()).toEqual([a.id, c.id, b.id]);
    expect(await all.onCall.raise(a.id, 'tg:1')).toBe(false);
    expect(await all.onCall.remove(c.id, 'tg:1')).toBe(true);
    expect(await all.onCall.remove(c.id, 'tg:1')).toBe(false);
    expect(await all.onCall.raise(b.id, 'tg:1')).toBe(true);
    expect(await order()).toEqual([b.id, a.id]);
    expect(await all.onCall.remove('nonsense', 'tg:1')).toBe(false);
  });

  it('survives many changes at once', async () => {
    const added = await Promise.all(
      Array.from({ length: 6 }, () => all.onCall.add({ telegramId: 1n, afterMinutes: 10 }, 'x')),
    );
    await Promise.all(added.map(({ id }) => all.onCall.raise(id, 'x')));
    const positions = (await all.onCall.slots()).map(({ position }) => position);
    expect([...positions].sort()).toEqual([1, 2, 3, 4, 5, 6]);
  });
});

describe('escalation', () => {
  it('calls one after the other, each after its minutes, then nobody', async () => {
    await Promise.all([person(1, 'owner'), person(2, 'operator')]);
    await all.following.subscribe(
      { receiver: { chatId: 2n, threadId: 0 }, minSeverity: 'success', scope: 'all', target: '' },
      'tg:2',
      null,
    );
    await all.onCall.add({ telegramId: 2n, afterMinutes: 10 }, 'tg:1');
    await all.onCall.add({ telegramId: null, afterMinutes: 5 }, 'tg:1');
    const { incident } = await anIncident(all);
    minutes(9);
    await escalation()();
    expect(await calls()).toEqual([]);
    minutes(1.1);
    // Several processes look at once: one calls.
    await Promise.all(Array.from({ length: 4 }, () => escalation()()));
    // Whoever is called hears it, though they subscribed to nothing.
    expect(await calls()).toEqual(['1 1 @u2', '1 2 @u2']);
    expect(await stateOf(incident.id)).toMatchObject({ escalation: 1 });
    const noted = await all.incidents.events(incident.id);
    expect(noted.filter(({ text }) => text.startsWith('Nobody took it'))).toHaveLength(1);
    minutes(5.1);
    await escalation()();
    expect((await calls()).slice(2)).toEqual(['2 webhook', '2 1']);
    minutes(600);
    await escalation()();
    expect(await calls()).toHaveLength(4);
    const events = await all.incidents.events(incident.id);
    expect(events.map(({ text }) => text)).toEqual(
      expect.arrayContaining(['Nobody took it: called tg:2', 'Nobody took it: called the webhook']),
    );
  });

  it('reminds the owners once where nobody is on the list', async () => {
    await Promise.all([person(1, 'owner'), person(2, 'viewer')]);
    await anIncident(all);
    minutes(10.1);
    for (let turn = 0; turn < 3; turn++) {
      await escalation()();
      minutes(60);
    }
    expect(await calls()).toEqual(['1 1', '1 2']);
  });

  it.each(['taken', 'resolved', 'muted', 'maintenance'] as const)(
    'stops when it is %s',
    async (how) => {
      await person(1, 'owner');
      const { incident, server } = await anIncident(all);
      minutes(10.1);
      const [due] = await all.onCall.due(stage.clock.now());
      expect(due).toMatchObject({ incidentId: incident.id, slot: null, escalation: 0 });
      if (how === 'taken') await all.incidents.update(incident.id, { takenBy: 'tg:1' }, 'tg:1');
      if (how === 'resolved')
        await all.incidents.update(incident.id, { status: 'resolved' }, 'tg:1');
      if (how === 'muted') await all.incidents.update(incident.id, { muted: true }, 'agent');
      if (how === 'maintenance') {
        const data = { status: 'maintenance' as const, statusBefore: 'error' as const };
        await stage.prisma.server.update({ where: { id: server.id }, data });
      }
      // Also when that happened between the look and the call.
      const note = { dedupeKey: 'x', severity: 'critical', kind: 'incident_escalated' } as const;
      const call = { ...note, params: {}, serverHandle: null, operationId: null };
      expect(due && (await all.onCall.escalate(due, stage.clock.now(), call))).toBe(false);
      expect(await all.onCall.due(stage.clock.now())).toEqual([]);
      expect(await calls()).toEqual([]);
    },
  );

  it('begins anew when the trouble comes back, and goes on when the recovery failed', async () => {
    await person(1, 'owner');
    const { incident, server } = await anIncident(all);
    minutes(10.1);
    await escalation()();
    await all.incidents.update(incident.id, { status: 'resolved' }, 'agent');
    const again = await all.incidents.open({
      ...{ type: incident.type, serverHandle: server.handle, severity: 'critical' },
      ...{ details: 'again', operationId: null },
    });
    expect(again).toMatchObject({ id: incident.id, reopened: 1 });
    await escalation()();
    expect(await calls()).toEqual(['1 1']);
    await all.incidents.update(incident.id, { status: 'failed' }, 'agent');
    minutes(10.1);
    await escalation()();
    expect(await calls()).toEqual(['1 1', '1 1']);
  });
});
