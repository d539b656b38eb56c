import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { quietLog } from '#test/builders/quiet-log.ts';
import { createTestDatabase, type TestDatabase } from '#test/support/postgres.ts';
import { processStat } from './host-id.ts';
import { thisProcess } from './lease-holder.ts';
import { createLeases, type LeaseOptions, type OwnedLeases } from './leases.ts';

let database: TestDatabase;
let admin: pg.Client;
let opened: OwnedLeases[];
let children: ChildProcess[];

const open = (options: Partial<LeaseOptions> = {}) => {
  const leases = createLeases({ databaseUrl: database.url, log: quietLog(), ...options });
  opened.push(leases);
  return leases;
};
const until = async (resource: string) =>
  (
    await admin.query('SELECT until > now() AS living, token FROM lease WHERE resource = $1', [
      resource,
    ])
  ).rows[0];
const program = (...argv: [string, ...string[]]) => {
  const child = spawn(argv[0], argv.slice(1), { stdio: 'ignore' });
  children.push(child);
  return child;
};
/** A lease that a process other than ours took. */
const leaseOf = (pid: number, start: string, over = {}) =>
  admin.query("INSERT INTO lease VALUES ('r', $1, 7, now() + interval '60 s')", [
    JSON.stringify({ ...thisProcess('other'), pid, start, ...over }),
  ]);
const startOf = (pid: number) => processStat(pid)?.startTime ?? '';

beforeEach(async () => {
  database = await createTestDatabase();
  admin = new pg.Client({ connectionString: database.url });
  await admin.connect();
  opened = [];
  children = [];
});
afterEach(async () => {
  vi.useRealTimers();
  for (const child of children) child.kill('SIGKILL');
  await Promise.all(opened.map((leases) => leases.close()));
  await admin.end();
  await database.drop();
});

describe('take', () => {
  it('gives a resource to one of many', async () => {
    const all = Array.from({ length: 6 }, () => open());
    const taken = await Promise.all(all.map((leases) => leases.take('r')));
    expect(taken.filter((lease) => lease !== null)).toHaveLength(1);
  });

  it('counts the fence up with each take, over releases too', async () => {
    const [a, b] = [open(), open()];
    const fences: number[] = [];
    for (const leases of [a, b, a]) {
      const lease = await leases.take('r');
      fences.push(lease?.fence ?? 0);
      await lease?.release();
    }
    expect(fences).toEqual([1, 2, 3]);
  });

  it('knows resources apart', async () => {
    const leases = open();
    expect(await leases.take('r')).not.toBeNull();
    expect(await leases.take('s')).not.toBeNull();
  });

  it("goes by the database's clock alone", async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: new Date('2001-01-01') });
    const [early, late] = [open(), open()];
    expect(await early.take('r')).not.toBeNull();
    vi.setSystemTime(new Date('2099-01-01'));
    expect(await late.take('r')).toBeNull();
    expect(await until('r')).toMatchObject({ living: true });
  });

  it('says so when the database is away', async () => {
    const leases = open({ databaseUrl: 'postgresql://x@127.0.0.1:1/x' });
    await expect(leases.take('r')).rejects.toMatchObject({ code: 'storage_unavailable' });
  });
});

describe('renewal', () => {
  it('keeps a lease beyond its time to live', async () => {
    const [a, b] = [open({ ttlSeconds: 1, renewSeconds: 0.2 }), open()];
    const lease = await a.take('r');
    await admin.query('SELECT pg_sleep(1.8)');
    expect(await b.take('r')).toBeNull();
    expect(lease?.signal.aborted).toBe(false);
  });

  it('aborts the signal when the row went to somebody else', async () => {
    const [a, b] = [open({ renewSeconds: 0.2 }), open()];
    const lease = await a.take('r');
    await admin.query("UPDATE lease SET until = now() WHERE resource = 'r'");
    const next = await b.take('r');
    expect(next?.fence).toBe(2);
    await vi.waitFor(() => expect(lease?.signal.aborted).toBe(true), 30_000);
    expect(lease?.signal.reason).toMatchObject({ code: 'lease_lost' });
    // A late release by the one that lost it takes nothing from the present holder.
    await lease?.release();
    expect(await until('r')).toEqual({ living: true, token: 2 });
  });

  it('aborts the signal when it is blocked for the time to live', async () => {
    const leases = open({ ttlSeconds: 1, renewSeconds: 0.2 });
    const lease = await leases.take('r');
    await admin.query("BEGIN; SELECT * FROM lease WHERE resource = 'r' FOR UPDATE");
    await vi.waitFor(() => expect(lease?.signal.aborted).toBe(true), 30_000);
    await admin.query('ROLLBACK');
  });

  it('is given back later when the database was away at its release', async () => {
    const leases = open();
    const lease = await leases.take('r');
    await admin.query('ALTER TABLE lease RENAME TO lease_away');
    await lease?.release();
    await admin.query('ALTER TABLE lease_away RENAME TO lease');
    expect(await until('r')).toEqual({ living: true, token: 1 });
    expect((await leases.take('r'))?.fence).toBe(2);
  });

  it('survives a lost connection', async () => {
    const leases = open({ ttlSeconds: 2, renewSeconds: 0.2 });
    const lease = await leases.take('r');
    const kill = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE application_name = 'zavhoz-leases' AND datname = current_database()`;
    for (let i = 0; i < 5; i++)
      await admin.query(`${kill}`).then(() => admin.query('SELECT pg_sleep(0.5)'));
    expect(lease?.signal.aborted).toBe(false);
    expect(await until('r')).toMatchObject({ living: true });
  });
});

describe('a holder that died', () => {
  it('is replaced at once after kill -9, and only then', async () => {
    const child = program('sleep', '60');
    const pid = child.pid ?? 0;
    await leaseOf(pid, startOf(pid));
    const leases = open();
    expect(await leases.take('r')).toBeNull();
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect((await leases.take('r'))?.fence).toBe(8);
  });

  it('is replaced while it is a zombie', async () => {
    // The inner process ends after its parent became one that never reaps.
    const parent = program('sh', '-c', 'sleep 0.2 & exec sleep 60');
    const pid = parent.pid ?? 0;
    const zombie = await vi.waitFor(() => {
      const [child] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
      const stat = processStat(Number(child));
      if (stat?.state !== 'Z') throw new Error('no zombie yet');
      return stat;
    }, 5000);
    await leaseOf(zombie.pid, zombie.startTime);
    expect((await open().take('r'))?.fence).toBe(8);
  });

  it('is replaced when its pid belongs to another process now', async () => {
    await leaseOf(process.pid, '1');
    expect((await open().take('r'))?.fence).toBe(8);
  });

  it.each([{ machine: 'another' }, { boot: 'another' }])(
    'is waited for when it was of %j',
    async (over) => {
      await leaseOf(999_999_999, '1', over);
      expect(await open().take('r')).toBeNull();
    },
  );

  it('is found by a new process before it asks for anything', async () => {
    await leaseOf(999_999_999, '1');
    open();
    await vi.waitFor(async () => expect(await until('r')).toMatchObject({ living: false }), 30_000);
  });
});

describe('close', () => {
  it('gives all back', async () => {
    const leases = createLeases({ databaseUrl: database.url, log: quietLog() });
    await leases.take('r');
    await leases.close();
    expect(await until('r')).toEqual({ living: false, token: 1 });
    expect((await open().take('r'))?.fence).toBe(2);
  });
});
