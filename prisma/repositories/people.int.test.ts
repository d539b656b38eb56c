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
