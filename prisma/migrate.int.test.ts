import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { type EmptyDatabase, emptyDatabase } from '#test/builders/empty-database.ts';
import { quietLog } from '#test/builders/quiet-log.ts';
import { deploy, migrationsDir } from '../scripts/schema-engine.mjs';
import { applyMigrations } from './migrate.ts';
import { readMigrations } from './migration-files.ts';

let database: EmptyDatabase;
let dir: string;
const log = quietLog();
const migrate = () => applyMigrations({ databaseUrl: database.url, dir, log });
const script = (name: string, sql: string) => {
  mkdirSync(join(dir, name), { recursive: true });
  writeFileSync(join(dir, name, 'migration.sql'), sql);
};
const records = () => database.query('SELECT * FROM _prisma_migrations ORDER BY started_at');

beforeEach(async () => {
  database = await emptyDatabase(inject('databaseUrl'));
  dir = mkdtempSync(join(tmpdir(), 'zavhoz-migrations-'));
  writeFileSync(join(dir, 'migration_lock.toml'), 'provider = "postgresql"\n');
});
afterEach(async () => {
  rmSync(dir, { recursive: true });
  await database.drop();
});

describe('applyMigrations', () => {
  it('applies in order, once', async () => {
    script('20260101000000_a', 'CREATE TABLE a (id int);');
    script('20260102000000_b', 'ALTER TABLE a ADD COLUMN b int; CREATE TABLE b (id int);');
    expect(await migrate()).toEqual(['20260101000000_a', '20260102000000_b']);
    expect(await migrate()).toEqual([]);
    expect((await records()).map((row) => [row.migration_name, row.applied_steps_count])).toEqual([
      ['20260101000000_a', 1],
      ['20260102000000_b', 1],
    ]);
  });

  it('lets eight processes start at once', async () => {
    script('20260101000000_a', 'CREATE TABLE a (id int);');
    const applied = await Promise.all(Array.from({ length: 8 }, migrate));
    expect(applied.flat()).toEqual(['20260101000000_a']);
    expect(await records()).toHaveLength(1);
  });

  it('records a failure, leaves nothing of it, and tries again at the next start', async () => {
    script('20260101000000_a', 'CREATE TABLE a (id int);');
    script('20260102000000_b', 'CREATE TABLE b (id int); SELECT nonsense;');
    await expect(migrate()).rejects.toMatchObject({
      code: 'internal',
      message: expect.stringMatching(/20260102000000_b failed: .*nonsense/),
    });
    const [, failed] = await records();
    expect(failed).toMatchObject({ finished_at: null, applied_steps_count: 0 });
    expect(failed?.logs).toMatch(/nonsense/);
    expect(await database.query("SELECT to_regclass('b') AS b")).toEqual([{ b: null }]);
    script('20260102000000_b', 'CREATE TABLE b (id int);');
    expect(await migrate()).toEqual(['20260102000000_b']);
  });

  it('refuses a script that was changed after it was applied', async () => {
    script('20260101000000_a', 'CREATE TABLE a (id int);');
    await migrate();
    script('20260101000000_a', 'CREATE TABLE a (id bigint);');
    await expect(migrate()).rejects.toMatchObject({
      code: 'internal',
      message: 'Migration 20260101000000_a was changed after it was applied.',
    });
  });

  it("leaves another runner's failure to a human", async () => {
    script('20260101000000_a', 'SELECT nonsense;');
    await expect(deploy(database.url, dir)).rejects.toThrow();
    await expect(migrate()).rejects.toMatchObject({
      code: 'internal',
      hint: expect.stringContaining('migrate resolve'),
    });
  });

  it('waits for another process, but not for ever', async () => {
    script('20260101000000_a', 'CREATE TABLE a (id int);');
    const held = database.query('SELECT pg_advisory_lock(72707369), pg_sleep(3)');
    await expect
      .poll(() => database.query("SELECT 1 FROM pg_locks WHERE locktype = 'advisory'"))
      .toHaveLength(1);
    await expect(
      applyMigrations({ databaseUrl: database.url, dir, log, lockTimeoutMs: 300 }),
    ).rejects.toMatchObject({ code: 'storage_unavailable' });
    expect(await migrate()).toEqual(['20260101000000_a']);
    await held;
  });

  it('says that the database is not there', async () => {
    await expect(
      applyMigrations({ databaseUrl: 'postgresql://x@127.0.0.1:1/x', dir, log }),
    ).rejects.toMatchObject({ code: 'storage_unavailable' });
  });

  it('stops when asked', async () => {
    script('20260101000000_a', 'SELECT pg_sleep(30);');
    const signal = AbortSignal.timeout(700);
    await expect(
      applyMigrations({ databaseUrl: database.url, dir, log, signal }),
    ).rejects.toMatchObject({ name: 'TimeoutError' });
  });
});

describe('beside prisma migrate deploy', () => {
  const shape = `SELECT column_name, data_type, character_maximum_length, is_nullable, column_default
    FROM information_schema.columns WHERE table_name = '_prisma_migrations' ORDER BY ordinal_position`;

  it('is taken for its own work', async () => {
    cpSync(migrationsDir, dir, { recursive: true });
    expect(await migrate()).toHaveLength(readMigrations(migrationsDir).length);
    expect(await deploy(database.url, dir)).toEqual([]);
    script('29990101000000_later', 'CREATE TABLE later (id int);');
    expect(await deploy(database.url, dir)).toEqual(['29990101000000_later']);
    expect(await migrate()).toEqual([]);
  });

  it('takes its work over, down to the table', async () => {
    cpSync(migrationsDir, dir, { recursive: true });
    expect(await deploy(database.url, dir)).toHaveLength(readMigrations(migrationsDir).length);
    expect(await migrate()).toEqual([]);
    const theirs = await database.query(shape);
    const checksums = (await records()).map((row) => row.checksum);
    await database.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
    await migrate();
    expect(await database.query(shape)).toEqual(theirs);
    expect((await records()).map((row) => row.checksum)).toEqual(checksums);
  });
});
