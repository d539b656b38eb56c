import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Role } from '#domain/user.ts';
import { type TestRepositories, testRepositories } from '#test/builders/repositories.ts';

let stage: TestRepositories;
let all: TestRepositories['repositories'];
beforeEach(async () => {
  stage = await testRepositories();
  all = stage.repositories;
});
afterEach(() => stage.close());

const person = (id: number, role?: Role) =>
  all.users.upsert({
    ...{ telegramId: BigInt(id), username: null, firstName: `P${id}`, lastName: null },
    ...{ languageCode: null, seen: true, ...(role && { role }) },
  });

describe('roles', () => {
  it('leave one of two owners who demote each other at once, every time', async () => {
    for (let round = 0; round < 10; round++) {
      await person(1, 'owner');
      await person(2, 'owner');
      const words = await Promise.allSettled([
        all.users.setRole(1n, round % 2 ? 'viewer' : null, 'tg:2'),
        all.users.setRole(2n, null, 'tg:1'),
      ]);
      expect(words.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      expect(await stage.prisma.user.count({ where: { role: 'owner' } })).toBe(1);
    }
  });

  it('leave one of two owners whom the host demotes at once', async () => {
    await person(1, 'owner');
    await person(2, 'owner');
    const words = await Promise.allSettled([
      all.users.setRole(1n, null, 'api:local'),
      all.users.setRole(2n, null, 'api:local'),
    ]);
    expect(words.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(words.find((word) => word.status === 'rejected')).toMatchObject({
      reason: { code: 'conflict' },
    });
  });

  it('are changed by owners and by the host, which may take the last one too', async () => {
    await person(1, 'owner');
    await person(2, 'operator');
    await expect(all.users.setRole(2n, 'owner', 'tg:2')).rejects.toMatchObject({
      code: 'forbidden',
    });
    await expect(all.users.setRole(3n, 'viewer', 'tg:1')).rejects.toMatchObject({
      code: 'not_found',
    });
    await expect(all.users.setRole(1n, 'viewer', 'tg:1')).rejects.toMatchObject({
      code: 'conflict',
    });
    const change = await all.users.setRole(1n, null, 'api:local', { evenLastOwner: true });
    expect(change).toMatchObject({ before: 'owner', user: { role: null } });
    expect(await all.users.issuePairingCode(60)).not.toBeNull();
  });

  it('tell whether people took them away, and whether they gave them back', async () => {
    await person(1, 'owner');
    await person(2, 'owner');
    expect(await all.users.wasLowered(2n)).toBe(false);
    await all.users.setRole(2n, null, 'tg:1');
    expect(await all.users.wasLowered(2n)).toBe(true);
    await all.users.setRole(2n, 'viewer', 'tg:1');
    expect(await all.users.wasLowered(2n)).toBe(false);
    expect(await stage.prisma.auditEvent.count({ where: { target: 'tg:2' } })).toBe(2);
    expect(await all.audit.verify()).toBeNull();
  });
});

describe('tokens of a person', () => {
  it('cover no more than the role', async () => {
    await person(1, 'viewer');
    await expect(all.tokens.create('a', 'operate', 1n)).rejects.toMatchObject({
      code: 'conflict',
    });
    await expect(all.tokens.create('a', 'read', 5n)).rejects.toMatchObject({ code: 'conflict' });
    const { token, plain } = await all.tokens.create('a', 'read', 1n);
    expect(token.ownerId).toBe(1n);
    await all.users.setRole(1n, null, 'api:local');
    expect(await all.tokens.authenticate(plain)).toBeNull();
  });

  it('wait for a removal under way, and are then refused', async () => {
    await person(2, 'operator');
    const { making } = await stage.prisma.$transaction(async (tx) => {
      await tx.user.update({ where: { telegramId: 2n }, data: { role: null } });
      const making = all.tokens.create('late', 'read', 2n).then(
        () => 'made',
        (error) => error.code,
      );
      await expect
        .poll(async () => {
          const blocked = await stage.prisma.$queryRaw<unknown[]>`
            SELECT FROM pg_stat_activity
             WHERE wait_event_type = 'Lock' AND datname = current_database()`;
          return blocked.length;
        })
        .toBe(1);
      return { making };
    });
    expect(await making).toBe('conflict');
  });
});
