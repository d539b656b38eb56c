import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPrismaClient } from '#prisma/client.ts';
import { aServer } from '#test/builders/a-server.ts';
import { anOperation } from '#test/builders/an-operation.ts';
import { type TestRepositories, testRepositories } from '#test/builders/repositories.ts';
import { createRepositories } from './index.ts';

let stage: TestRepositories;
beforeAll(async () => {
  stage = await testRepositories();
});
afterAll(() => stage.close());

const over = (
  databaseUrl: string,
  options: { poolSize?: number; connectionTimeoutMs?: number } = {},
) => {
  const prisma = createPrismaClient({ databaseUrl, ...options });
  const secrets = { seal: () => '', open: () => Promise.reject() as never };
  const deps = {
    prisma,
    secrets,
    log: stage.log,
    clock: { ...stage.clock, sleep: async () => {} },
  };
  return { prisma, all: createRepositories(deps) };
};
const away = { code: 'storage_unavailable', retry: 'soon' };

describe('a database that does not answer', () => {
  it('is storage_unavailable when nobody listens, in a transaction too', async () => {
    const { all, prisma } = over('postgresql://x:y@127.0.0.1:1/x');
    await expect(all.servers.find('vps-1')).rejects.toMatchObject(away);
    await expect(anOperation(all, { target: 'vps-1' })).rejects.toMatchObject(away);
    await expect(all.fleet.heartbeat(new Date())).rejects.toMatchObject(away);
    await prisma.$disconnect();
  });

  it('is storage_unavailable when all connections are busy for long', async () => {
    const { all, prisma } = over(stage.databaseUrl, { poolSize: 1, connectionTimeoutMs: 1000 });
    expect(await all.servers.find('vps-1')).toBeNull();
    const busy = prisma.$queryRaw`SELECT 1 AS one FROM pg_sleep(4)`.then(() => undefined);
    await expect(all.servers.find('vps-1')).rejects.toMatchObject(away);
    await busy;
    expect(await all.servers.find('vps-1')).toBeNull();
    await prisma.$disconnect();
  });

  it('is storage_unavailable when it breaks off, and works again by itself', async () => {
    const { handle } = await aServer(stage.repositories);
    const { all, prisma } = over(stage.databaseUrl);
    const held = stage.prisma.$transaction(async (tx) => {
      await tx.$queryRaw`SELECT id FROM server WHERE handle = ${handle} FOR NO KEY UPDATE`;
      const waiting = all.servers.update(handle, { notes: 'x' }, 'x').catch((error) => error);
      await expect
        .poll(async () => {
          const ended = await stage.prisma.$queryRaw<unknown[]>`
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE wait_event_type = 'Lock' AND datname = current_database()`;
          return ended.length;
        })
        .toBeGreaterThan(0);
      return waiting;
    });
    expect(await held).toMatchObject(away);
    expect((await all.servers.update(handle, { notes: 'y' }, 'x')).notes).toBe('y');
    await prisma.$disconnect();
  });
});

describe('the client', () => {
  it('reads times in UTC whatever the database thinks', async () => {
    const name = new URL(stage.databaseUrl).pathname.slice(1);
    await stage.prisma.$executeRawUnsafe(`ALTER DATABASE ${name} SET timezone = 'Asia/Kolkata'`);
    const { all, prisma } = over(stage.databaseUrl);
    const at = new Date('2026-07-01T12:00:00.123Z');
    const { handle } = await aServer(all);
    await all.servers.setFacts(handle, { lastHealthCheck: at });
    expect((await all.servers.require(handle)).lastHealthCheck).toEqual(at);
    const [row] = await prisma.$queryRaw<[{ now: Date }]>`SELECT now() AS now`;
    expect(Math.abs(row.now.getTime() - Date.now())).toBeLessThan(60_000);
    await prisma.$disconnect();
  });

  it('shows no argument of a query that failed', async () => {
    const secretly = `x${'\u0000'}hunter2`;
    const refused = stage.repositories.servers.find(secretly);
    const error = await refused.catch((caught: Error) => caught);
    expect(error).toMatchObject({ code: 'invalid_input' });
    expect(error instanceof Error && error.message).not.toContain('hunter2');
  });
});
