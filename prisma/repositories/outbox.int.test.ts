import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type TestRepositories, testRepositories } from '#test/builders/repositories.ts';

let stage: TestRepositories;
let all: TestRepositories['repositories'];
beforeAll(async () => {
  stage = await testRepositories();
  all = stage.repositories;
});
afterAll(() => stage.close());
beforeEach(() =>
  stage.prisma.$executeRawUnsafe('TRUNCATE user_account, notification_outbox CASCADE'),
);

const person = (id: number, role?: 'viewer' | 'operator' | 'owner') =>
  all.users.upsert({
    ...{ telegramId: BigInt(id), username: `u${id}`, firstName: null, lastName: null },
    ...{ languageCode: 'ru', seen: true, ...(role ? { role } : {}) },
  });

describe('the outbox', () => {
  const tell = (dedupeKey: string) =>
    all.outbox.enqueue({
      ...{ dedupeKey, severity: 'info', kind: 'server_ready', params: { server: 'vps-1', n: 2 } },
      ...{ serverHandle: 'vps-1', operationId: null },
    });
  const claim = async (limit = 10) =>
    (await all.outbox.claim(limit, 30)).map((one) => [
      one.notification.dedupeKey,
      one.receiver.chatId,
    ]);

  it('tells each person with a role once', async () => {
    await Promise.all([person(1, 'owner'), person(2, 'viewer'), person(3)]);
    await Promise.all(Array.from({ length: 5 }, () => tell('a')));
    expect(await stage.prisma.notificationOutbox.count()).toBe(2);
    const [first] = await all.outbox.claim(1, 30);
    expect(first).toMatchObject({
      ...{ receiver: { chatId: 1n, threadId: 0 }, attempts: 1 },
      notification: { dedupeKey: 'a', kind: 'server_ready', params: { server: 'vps-1', n: 2 } },
    });
  });

  it('keeps the order of each receiver and gives no message to two', async () => {
    await Promise.all([person(1, 'owner'), person(2, 'viewer')]);
    for (const key of ['a', 'b', 'c']) await tell(key);
    // All look at the same rows, and go on only when the lock on them is gone.
    const claims = await stage.prisma.$transaction(async (tx) => {
      await tx.$queryRaw`SELECT id FROM notification_outbox FOR UPDATE`;
      const waiting = Array.from({ length: 4 }, () => claim());
      await expect
        .poll(async () => {
          const blocked = await stage.prisma.$queryRaw<unknown[]>`
            SELECT FROM pg_stat_activity
             WHERE wait_event_type = 'Lock' AND datname = current_database()`;
          return blocked.length;
        })
        .toBe(4);
      return { waiting };
    });
    const claimed = (await Promise.all(claims.waiting)).flat();
    expect(claimed.sort()).toEqual([
      ['a', 1n],
      ['a', 2n],
    ]);
    const [row] = await stage.prisma.notificationOutbox.findMany({
      where: { receiver: 1n },
      orderBy: { seq: 'asc' },
    });
    await all.outbox.sent(row?.id ?? '');
    expect(await claim()).toEqual([['b', 1n]]);
  });

  it('comes back later, or never when it was given up, or when its claimer died', async () => {
    await person(1, 'owner');
    for (const key of ['a', 'b']) await tell(key);
    const next = async () => (await all.outbox.claim(1, 0))[0];
    const later = (seconds: number) => new Date(stage.clock.now().getTime() + seconds * 1000);
    const first = await next();
    expect((await next())?.id).toBe(first?.id);
    await all.outbox.failed(first?.id ?? '', 'flood', later(60));
    expect(await next()).toBeUndefined();
    await all.outbox.failed(first?.id ?? '', 'flood', later(-1));
    expect(await next()).toMatchObject({ id: first?.id, attempts: 3 });
    await all.outbox.failed(first?.id ?? '', 'blocked', null);
    expect((await next())?.notification.dedupeKey).toBe('b');
    const given = await stage.prisma.notificationOutbox.findFirst({ where: { status: 'failed' } });
    expect(given?.lastError).toBe('blocked');
  });
});

describe('what waits', () => {
  const tell = (dedupeKey: string, severity: 'info' | 'warning' | 'critical' = 'warning') =>
    all.outbox.enqueue({
      ...{ dedupeKey, severity, kind: 'server_missing', params: {} },
      ...{ serverHandle: null, operationId: null },
    });
  const keys = async (limit = 10) =>
    (await all.outbox.claim(limit, 30)).map((one) => one.notification.dedupeKey);
  const later = (seconds: number) => new Date(stage.clock.now().getTime() + seconds * 1000);
  const rowOf = (dedupeKey: string) =>
    stage.prisma.notificationOutbox.findFirstOrThrow({ where: { dedupeKey } });

  it('is passed by what is critical, and by nothing else', async () => {
    await person(1, 'owner');
    for (const key of ['a', 'b']) await tell(key);
    await tell('c', 'critical');
    await tell('d', 'critical');
    const [head] = await all.outbox.claim(1, 30);
    // While one is under way the rest of its receiver waits, whatever it weighs.
    expect(await keys()).toEqual([]);
    await all.outbox.hold(head?.id ?? '', later(600));
    expect((await rowOf('a')).attempts).toBe(0);
    expect(head?.held).toBe(false);
    const [critical] = await all.outbox.claim(5, 30);
    expect(critical?.notification.dedupeKey).toBe('c');
    await all.outbox.hold(head?.id ?? '', later(-1));
    expect(await keys()).toEqual([]);
    await all.outbox.hold(head?.id ?? '', later(600));
    await all.outbox.sent(critical?.id ?? '');
    expect(await keys()).toEqual(['d']);
    await all.outbox.sent((await rowOf('d')).id);
    expect(await keys()).toEqual([]);
  });

  it('goes out together, from the head on, without the critical ones', async () => {
    await Promise.all([person(1, 'owner'), person(2, 'owner')]);
    for (const key of ['a', 'b', 'c']) await tell(key);
    await tell('loud', 'critical');
    const claimed = await all.outbox.claim(5, 30);
    const head = claimed.find((one) => one.receiver.chatId === 1n);
    const group = await all.outbox.batch(head?.id ?? '', 10, 30);
    expect(
      group.map((one) => [one.notification.dedupeKey, one.receiver.chatId, one.attempts]),
    ).toEqual([
      ['a', 1n, 1],
      ['b', 1n, 1],
      ['c', 1n, 1],
    ]);
    await all.outbox.combined(group.slice(1).map(({ id }) => id));
    await all.outbox.sent(head?.id ?? '');
    const mine = await stage.prisma.notificationOutbox.findMany({ where: { receiver: 1n } });
    expect(mine.map(({ status }) => status).sort()).toEqual([
      'combined',
      'combined',
      'pending',
      'sent',
    ]);
    const receiver = { chatId: 1n, threadId: 0 };
    expect(await all.outbox.sentSince(receiver, later(-60))).toHaveLength(1);
    expect(await all.outbox.sentSince(receiver, later(60))).toHaveLength(0);
  });

  it('is doubled for the webhook once, and counted as trouble', async () => {
    await Promise.all([person(1, 'owner'), person(2, 'owner')]);
    await tell('a');
    expect(await all.outbox.health()).toEqual({ failing: false, since: null, waiting: 0 });
    const [one, two] = await all.outbox.claim(5, 0);
    await all.outbox.failed(one?.id ?? '', 'blocked', null);
    expect(await all.outbox.isHopeless('a')).toBe(false);
    await all.outbox.failed(two?.id ?? '', 'blocked', null);
    expect(await all.outbox.isHopeless('a')).toBe(true);
    const doubled = await Promise.all([one, two].map((m) => all.outbox.duplicate(m?.id ?? '')));
    expect(doubled.filter(Boolean)).toHaveLength(1);
    expect(await all.outbox.claim(5, 0)).toEqual([]);
    const [call] = await all.outbox.claim(5, 30, 'webhook');
    expect(call).toMatchObject({ channel: 'webhook', notification: { dedupeKey: 'a' } });
    await tell('b');
    await stage.prisma.notificationOutbox.updateMany({
      where: { dedupeKey: 'b', receiver: 1n },
      data: { attempts: 5 },
    });
    expect(await all.outbox.health()).toMatchObject({ failing: true, waiting: 1 });
  });
});
