import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Digest } from '#domain/digest.ts';
import { anIncident } from '#test/builders/a-recovery.ts';
import { type TestRepositories, testRepositories } from '#test/builders/repositories.ts';
import { createDigest } from '#workers/digest.ts';

let stage: TestRepositories;
let all: TestRepositories['repositories'];
beforeAll(async () => {
  stage = await testRepositories();
  all = stage.repositories;
});
afterAll(() => stage.close());
beforeEach(() =>
  stage.prisma.$executeRawUnsafe(
    'TRUNCATE user_account, subscription, chat, preference, notification_outbox CASCADE',
  ),
);

const person = (id: number, role?: 'viewer' | 'operator' | 'owner') =>
  all.users.upsert({
    ...{ telegramId: BigInt(id), username: `u${id}`, firstName: null, lastName: null },
    ...{ languageCode: 'ru', seen: true, ...(role ? { role } : {}) },
  });

const ANN = { chatId: 1n, threadId: 0 };
const TOPIC = { chatId: -1001n, threadId: 7 };

describe('a chat', () => {
  it('is read with what it has chosen', async () => {
    await person(1, 'owner');
    await stage.prisma.user.update({
      where: { telegramId: 1n },
      data: { language: 'en', timeZone: 'Europe/Berlin' },
    });
    const plain = { quiet: null, digestAt: null, language: 'en', timeZone: 'Europe/Berlin' };
    expect(await all.following.reader(ANN)).toEqual({ ...plain, receiver: ANN, role: 'owner' });
    await all.following.setQuiet(ANN, { from: 1320, until: 420 });
    await all.following.setDigest(ANN, 540);
    expect(await all.following.reader(ANN)).toMatchObject({
      ...{ quiet: { from: 1320, until: 420 }, digestAt: 540 },
    });
    await all.following.setQuiet(ANN, null);
    expect(await all.following.reader(ANN)).toMatchObject({ quiet: null, digestAt: 540 });
    // Telegram's word where the person has none.
    await person(2, 'viewer');
    expect(await all.following.reader({ chatId: 2n, threadId: 0 })).toMatchObject({
      language: 'ru',
    });
    expect(await all.following.reader(TOPIC)).toMatchObject({ role: null, language: null });
  });

  it('a group is spoken to as its owner chose, a topic as its group until it has a choice', async () => {
    const group = { ...TOPIC, threadId: 0 };
    await all.following.speak(group, { language: 'ru' }, 'tg:1', 'Ops');
    await all.following.speak(group, { timeZone: 'Europe/Riga' }, 'tg:1', 'Ops');
    expect(await all.following.reader(TOPIC)).toMatchObject({
      ...{ language: 'ru', timeZone: 'Europe/Riga' },
    });
    await all.following.speak(TOPIC, { language: 'en' }, 'tg:1', 'Ops');
    expect(await all.following.reader(TOPIC)).toMatchObject({
      ...{ language: 'en', timeZone: 'Europe/Riga' },
    });
    expect(await all.following.reader(group)).toMatchObject({ language: 'ru' });
    // Nothing is told there by that alone.
    expect(await all.following.subscriptions(group)).toEqual([]);
  });

  it('has one subscription per scope and target; a topic speaks as its group', async () => {
    const wish = { receiver: TOPIC, scope: 'group', target: 'web' } as const;
    const first = await all.following.subscribe({ ...wish, minSeverity: 'info' }, 'tg:1', 'Ops');
    const second = await all.following.subscribe({ ...wish, minSeverity: 'error' }, 'tg:1', 'Ops');
    expect(second.id).toBe(first.id);
    await all.following.subscribe(
      { ...wish, minSeverity: 'info', scope: 'all', target: '' },
      'tg:1',
      'Ops',
    );
    const listed = await all.following.subscriptions(TOPIC);
    expect(listed.map(({ scope, minSeverity }) => [scope, minSeverity])).toEqual([
      ['all', 'info'],
      ['group', 'error'],
    ]);
    expect(await stage.prisma.chat.findMany()).toMatchObject([{ title: 'Ops', addedBy: 1n }]);
    await stage.prisma.chat.create({
      data: { chatId: -1001n, title: 'Ops', addedBy: 1n, timeZone: 'Asia/Tokyo', language: 'ru' },
    });
    expect(await all.following.reader(TOPIC)).toMatchObject({
      ...{ timeZone: 'Asia/Tokyo', language: 'ru' },
    });
    expect(await all.following.unsubscribe(TOPIC, { scope: 'group', target: 'x' }, 'tg:1')).toBe(0);
    const { incident } = await anIncident(all);
    await all.cards.put({
      ...{ subject: 'incident', subjectId: incident.id, receiver: TOPIC, messageId: 1 },
      ...{ shown: '', closed: false },
    });
    await all.following.unsubscribe(TOPIC, { scope: 'group', target: 'web' }, 'tg:1');
    expect(await all.cards.open(10)).toHaveLength(1);
    expect(await all.following.unsubscribe(TOPIC, null, 'tg:1')).toBe(1);
    // What is told nothing more sees nothing more.
    expect(await all.cards.open(10)).toEqual([]);
  });

  it('hears no sound about what it muted, until then', async () => {
    const { incident } = await anIncident(all);
    const now = stage.clock.now();
    const until = new Date(now.getTime() + 3_600_000);
    await all.following.mute(ANN, incident.id, until);
    expect(await all.following.mutedUntil(ANN, incident.id, now)).toEqual(until);
    expect(await all.following.mutedUntil(ANN, incident.id, until)).toBeNull();
    expect(await all.following.mutedUntil(TOPIC, incident.id, now)).toBeNull();
  });
});

describe('the digest', () => {
  it('goes out once a day at its time, whoever looks, with the end of the audit chain', async () => {
    await Promise.all([person(1, 'owner'), person(2)]);
    const { incident } = await anIncident(all);
    const now = stage.clock.now();
    const minute = now.getUTCHours() * 60 + now.getUTCMinutes();
    await all.following.setDigest(ANN, minute);
    await all.following.setDigest({ chatId: 2n, threadId: 0 }, minute);
    const look = createDigest({ digests: all.digests, clock: stage.clock, log: stage.log });
    await look();
    expect(await stage.prisma.notificationOutbox.count()).toBe(0);
    stage.clock.advance(24 * 3600);
    await Promise.all([look(), look(), look()]);
    const rows = await stage.prisma.notificationOutbox.findMany();
    // Who lost their role gets no data.
    expect(rows.map(({ kind, receiver }) => [kind, receiver])).toEqual([['daily_digest', 1n]]);
    const [params] = rows.map((row) => row.params as { digest: string });
    const day = Digest.parse(JSON.parse(params?.digest ?? ''));
    expect(day.incidents).toContainEqual(
      expect.objectContaining({ server: incident.serverHandle, status: 'detected' }),
    );
    expect(day.servers.error).toBeGreaterThan(0);
    const head = await stage.prisma.auditEvent.findFirst({ orderBy: { seq: 'desc' } });
    expect(day.chain).toEqual({ seq: String(head?.seq), hash: head?.hash });
    await look();
    expect(await stage.prisma.notificationOutbox.count()).toBe(1);
  });
});
