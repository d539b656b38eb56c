import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '#domain/secret.ts';
import { type TestRepositories, testRepositories } from '#test/builders/repositories.ts';

let stage: TestRepositories;
let all: TestRepositories['repositories'];
beforeAll(async () => {
  stage = await testRepositories();
  all = stage.repositories;
});
afterAll(() => stage.close());
beforeEach(() =>
  stage.prisma.$executeRawUnsafe('TRUNCATE user_account, invitation, notification_outbox'),
);

const person = (id: number, role?: 'viewer' | 'owner') =>
  all.users.upsert({
    ...{ telegramId: BigInt(id), username: `u${id}`, firstName: null, lastName: null },
    ...{ languageCode: 'ru', seen: true, ...(role ? { role } : {}) },
  });

describe('users', () => {
  it('keep their role when they are only seen again', async () => {
    expect((await person(7)).role).toBeNull();
    await person(7, 'viewer');
    expect(await person(7)).toMatchObject({ role: 'viewer', lastSeen: expect.any(Date) });
    const large = 2 ** 52 - 1;
    await person(large);
    expect((await all.users.find(BigInt(large)))?.telegramId).toBe(BigInt(large));
    expect(await all.users.list({ offset: 1, limit: 1 })).toMatchObject({ total: 2 });
    expect(await all.users.find(1n)).toBeNull();
    const known = await all.users.findMany([7n, 1n, BigInt(large)]);
    expect(new Set(known.map((one) => one.telegramId))).toEqual(new Set([7n, BigInt(large)]));
    expect(await all.users.findMany([])).toEqual([]);
  });
});

describe('tokens', () => {
  it('open once known, until revoked', async () => {
    const { token, plain } = await all.tokens.create('ci', 'operate');
    expect(await all.tokens.authenticate(plain)).toMatchObject({ id: token.id, scope: 'operate' });
    expect(await all.tokens.authenticate(new Secret(`${plain.reveal()}x`))).toBeNull();
    expect((await all.tokens.list())[0]?.lastUsedAt).toBeInstanceOf(Date);
    const stored = JSON.stringify(await stage.prisma.apiToken.findMany());
    expect(stored).not.toContain(plain.reveal());
    expect(JSON.stringify(await all.tokens.list())).not.toContain('hash');
    expect(await all.tokens.revoke(token.id)).toBe(true);
    expect(await all.tokens.revoke(token.id)).toBe(false);
    expect(await all.tokens.revoke('nonsense')).toBe(false);
    expect(await all.tokens.authenticate(plain)).toBeNull();
  });
});

describe('outbox', () => {
  const tell = (dedupeKey: string) =>
    all.outbox.enqueue({
      ...{ dedupeKey, severity: 'info', kind: 'server_ready', params: { server: 'vps-1', n: 2 } },
      ...{ serverHandle: 'vps-1', operationId: null },
    });
  const claim = async (limit = 10) =>
    (await all.outbox.claim(limit, 30)).map((one) => [one.notification.dedupeKey, one.receiver]);

  it('tells each person with a role once', async () => {
    await Promise.all([person(1, 'owner'), person(2, 'viewer'), person(3)]);
    await Promise.all(Array.from({ length: 5 }, () => tell('a')));
    expect(await stage.prisma.notificationOutbox.count()).toBe(2);
    const [first] = await all.outbox.claim(1, 30);
    expect(first).toMatchObject({
      ...{ receiver: 1n, attempts: 1 },
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
