import { existsSync, statSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startEmbeddedPostgres } from './postgres.ts';
import { findProcess, sendSignal, waitForExit } from './process-info.ts';
import type { EmbeddedService } from './service.ts';

let dataDir: string;
let services: EmbeddedService[];
const log = () => {};

const start = async () => {
  const service = await startEmbeddedPostgres({ dataDir, log });
  services.push(service);
  return service;
};

const query = async (url: string, sql: string): Promise<unknown[][]> => {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query({ text: sql, rowMode: 'array' })).rows;
  } finally {
    await client.end();
  }
};

beforeEach(async () => {
  // Closed to every other user, as a clone in root's home is.
  dataDir = join(await mkdtemp(join(tmpdir(), 'zavhoz-pg-')), 'postgres');
  services = [];
});

afterEach(async () => {
  for (const service of services) await service.stop(AbortSignal.abort());
  await rm(join(dataDir, '..'), { recursive: true, force: true });
});

test('starts in a folder no other user may enter, on loopback, in UTC, with checksums', async () => {
  const { url, pid } = await start();
  const [row] = await query(
    url,
    `SELECT current_setting('listen_addresses'), current_setting('TimeZone'),
            current_setting('data_checksums'), current_setting('server_encoding'),
            (SELECT count(*)::int FROM pg_hba_file_rules WHERE auth_method <> 'scram-sha-256')`,
  );
  expect(row).toEqual(['127.0.0.1', 'UTC', 'on', 'UTF8', 0]);
  expect(statSync(`/proc/${pid}`).uid).not.toBe(0);
  expect(statSync(join(dataDir, 'password')).mode & 0o777).toBe(0o600);
  await expect(query(url.replace(/:[0-9a-f]{48}@/, ':wrong@'), 'SELECT 1')).rejects.toThrow(
    /password/,
  );
});

test('stops cleanly and keeps data and port', async () => {
  const first = await start();
  await query(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
  await first.stop();
  expect(findProcess(first.pid)).toBeNull();
  expect(existsSync(join(dataDir, 'cluster', 'postmaster.pid'))).toBe(false);
  const second = await start();
  expect(second.url).toBe(first.url);
  expect(await query(second.url, 'SELECT answer FROM kept')).toEqual([[42]]);
});

test('stops although clients are connected', async () => {
  const { url, pid, stop } = await start();
  const client = new Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  await stop();
  expect(findProcess(pid)).toBeNull();
  await client.end().catch(() => {});
});

test('takes over the one that is still running', async () => {
  const first = await start();
  const second = await start();
  expect(second.pid).toBe(first.pid);
  expect(await query(second.url, 'SELECT 1')).toEqual([[1]]);
});

test('starts again over a postmaster killed together with its agent', async () => {
  const first = await start();
  await query(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
  sendSignal(first.pid, 'SIGKILL');
  const second = await start();
  expect(second.pid).not.toBe(first.pid);
  expect(await query(second.url, 'SELECT answer FROM kept')).toEqual([[42]]);
});

test('a pid file whose number now belongs to another server does not stop it', async () => {
  const other = await start();
  dataDir = join(dataDir, '..', 'second');
  const killed = await start();
  sendSignal(killed.pid, 'SIGKILL');
  await waitForExit(killed.pid, 5_000);
  const pidFile = join(dataDir, 'cluster', 'postmaster.pid');
  await writeFile(pidFile, (await readFile(pidFile, 'utf8')).replace(/^\d+/, String(other.pid)));
  const again = await start();
  expect(await query(again.url, 'SELECT 1')).toEqual([[1]]);
  expect(findProcess(other.pid)).not.toBeNull();
});

test('an initdb that was interrupted is done again', async () => {
  const staging = join(dataDir, 'cluster.new', 'data');
  await mkdir(staging, { recursive: true });
  await writeFile(join(staging, 'PG_VERSION'), '18\n');
  expect(await query((await start()).url, 'SELECT 1')).toEqual([[1]]);
  expect(existsSync(join(dataDir, 'cluster.new'))).toBe(false);
});

test('says what went wrong with the end of its log', async () => {
  await expect(
    startEmbeddedPostgres({ dataDir, log, settings: { shared_buffers: 'plenty' } }),
  ).rejects.toThrow(/invalid value for parameter "shared_buffers"/);
});
