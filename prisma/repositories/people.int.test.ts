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
  });
});

describe('pairing', () => {
  const issue = async (ttl = 600) => {
    const code = await all.users.issuePairingCode(ttl);
    if (!code) throw new Error('no code');
    return code;
  };

  it('makes one of ten people the owner, once', async () => {
    const code = await issue();
    const typed = new Secret(
      code
        .reveal()
        .toLowerCase()
        .replace(/^(.{5})/, '$1-'),
    );
    const won = await Promise.all(
      Array.from({ length: 10 }, (_, i) => all.users.pair(BigInt(i + 1), typed)),
    );
    expect(won.filter(Boolean)).toHaveLength(1);
    expect(await stage.prisma.user.count({ where: { role: 'owner' } })).toBe(1);
    expect(await all.users.issuePairingCode(600)).toBeNull();
    expect(await all.users.pair(99n, code)).toBe(false);
  });

  it('takes the newest code only, in its time', async () => {
    const [old, fresh] = [await issue(), await issue(60)];
    expect(await all.users.pair(1n, old)).toBe(false);
    stage.clock.advance(61);
    expect(await all.users.pair(1n, fresh)).toBe(false);
    expect(await all.users.pair(1n, await issue())).toBe(true);
  });

  it("survives a stranger's small talk, and ends after a thousand wrong ones", async () => {
    const code = await issue();
    for (let i = 0; i < 10; i++) expect(await all.users.pair(1n, new Secret(`no${i}`))).toBe(false);
    expect((await stage.prisma.invitation.findFirst())?.tries).toBe(10);
    await stage.prisma.invitation.updateMany({ data: { tries: 1000 } });
    expect(await all.users.pair(1n, code)).toBe(false);
    expect(await all.users.find(1n)).toBeNull();
  });

  it('stores no code in plain', async () => {
    const code = await issue();
    const [row] = await stage.prisma.invitation.findMany();
    expect(JSON.stringify(row)).not.toContain(code.reveal());
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
