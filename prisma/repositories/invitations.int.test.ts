import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '#domain/secret.ts';
import type { Role } from '#domain/user.ts';
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

const named = (id: number) => ({
  ...{ telegramId: BigInt(id), username: `u${id}`, firstName: `P${id}` },
  ...{ lastName: null, languageCode: 'ru' },
});
const person = (id: number, role: Role) => all.users.upsert({ ...named(id), seen: true, role });
const join = (id: number, code: Secret) => all.users.join(named(id), code);
const outcomes = async (...tries: ReturnType<typeof join>[]) =>
  (await Promise.all(tries)).map(({ outcome }) => outcome).sort();
const roleOf = async (id: number) => (await all.users.find(BigInt(id)))?.role;

describe('the pairing code', () => {
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
    const won = await outcomes(...Array.from({ length: 10 }, (_, i) => join(i + 1, typed)));
    expect(won.filter((outcome) => outcome === 'joined')).toHaveLength(1);
    expect(await stage.prisma.user.count({ where: { role: 'owner' } })).toBe(1);
    expect(await all.users.issuePairingCode(600)).toBeNull();
    expect(await outcomes(join(99, code))).toEqual(['refused']);
  });

  it('is the newest one only, in its time, and has a digit', async () => {
    const [old, fresh] = [await issue(), await issue(60)];
    expect(fresh.reveal()).toMatch(/^(?=.*\d)[A-HJKMNP-Z2-9]{10}$/);
    expect(await outcomes(join(1, old))).toEqual(['refused']);
    stage.clock.advance(61);
    expect(await outcomes(join(1, fresh))).toEqual(['refused']);
    expect(await join(1, await issue())).toEqual({ outcome: 'joined', role: 'owner', first: true });
    expect(await all.users.find(1n)).toMatchObject({ username: 'u1', firstName: 'P1' });
  });

  it('is worth nothing once somebody else became an owner', async () => {
    const code = await issue();
    await person(1, 'owner');
    expect(await outcomes(join(2, code))).toEqual(['refused']);
  });

  it('stands in no row in plain', async () => {
    const code = await issue();
    const [row] = await stage.prisma.invitation.findMany();
    expect(JSON.stringify(row)).not.toContain(code.reveal());
  });
});

describe('invitations', () => {
  it('are made by owners, several at once, and used once each', async () => {
    await person(1, 'owner');
    const [viewer, operator] = await Promise.all([
      all.users.invite('viewer', 'tg:1', 3600),
      all.users.invite('operator', 'tg:1', 3600),
    ]);
    const won = await outcomes(...[2, 3, 4].map((id) => join(id, operator.code)));
    expect(won).toEqual(['joined', 'refused', 'refused']);
    expect(await join(5, viewer.code)).toEqual({ outcome: 'joined', role: 'viewer', first: false });
    expect(await roleOf(5)).toBe('viewer');
    await expect(all.users.invite('owner', 'tg:5', 60)).rejects.toMatchObject({
      code: 'forbidden',
    });
    await expect(all.users.invite('owner', 'tg:77', 60)).rejects.toMatchObject({
      code: 'forbidden',
    });
  });

  it('raise, and are kept for another where they would lower', async () => {
    await person(1, 'owner');
    await person(2, 'viewer');
    const { code } = await all.users.invite('operator', 'tg:1', 3600);
    expect(await join(1, code)).toMatchObject({ outcome: 'kept', role: 'owner' });
    expect(await join(2, code)).toMatchObject({ outcome: 'raised', role: 'operator' });
    expect(await roleOf(2)).toBe('operator');
    expect(await roleOf(1)).toBe('owner');
  });

  it('make another owner while there is one, for the host alone', async () => {
    await person(1, 'owner');
    const { code } = await all.users.invite('owner', 'api:local', 600);
    expect(await join(2, code)).toMatchObject({ outcome: 'joined', role: 'owner' });
  });

  it('expire, and die of a thousand wrong ones by anybody', async () => {
    await person(1, 'owner');
    const { code, expiresAt } = await all.users.invite('viewer', 'tg:1', 60);
    expect(Math.round((expiresAt.getTime() - stage.clock.now().getTime()) / 1000)).toBe(60);
    stage.clock.advance(61);
    expect(await outcomes(join(2, code))).toEqual(['refused']);
    const second = await all.users.invite('viewer', 'tg:1', 60);
    for (let id = 10; id < 15; id++) await join(id, new Secret(`no${id}`));
    const open = await stage.prisma.invitation.findFirst({ orderBy: { expiresAt: 'desc' } });
    expect(open?.tries).toBe(5);
    await stage.prisma.invitation.updateMany({ data: { tries: 999 } });
    expect(await outcomes(join(2, new Secret('wrong')))).toEqual(['refused']);
    expect(await outcomes(join(2, second.code))).toEqual(['refused']);
    expect(await all.users.find(2n)).toBeNull();
  });

  it('tell the other owners who joined, and on whose word', async () => {
    await Promise.all([person(1, 'owner'), person(2, 'owner'), person(3, 'viewer')]);
    const { code } = await all.users.invite('operator', 'tg:1', 60);
    await join(9, code);
    const rows = await stage.prisma.notificationOutbox.findMany({ orderBy: { receiver: 'asc' } });
    expect(rows.map(({ receiver, kind }) => [receiver, kind])).toEqual([
      [1n, 'user_joined'],
      [2n, 'user_joined'],
    ]);
    expect(rows[0]?.params).toMatchObject({ name: '@u9', role: 'operator', by: 'tg:1', raised: 0 });
    const heard = await stage.prisma.auditEvent.findFirst({ orderBy: { seq: 'desc' } });
    expect(heard).toMatchObject({
      ...{ action: 'user.joined', target: 'tg:9' },
      data: { role: 'operator', invited_by: 'tg:1' },
    });
  });
});
