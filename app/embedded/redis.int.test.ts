import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findProcess, sendSignal } from './process-info.ts';
import { startEmbeddedRedis } from './redis.ts';
import { askRedis } from './redis-client.ts';
import type { EmbeddedService } from './service.ts';

let dataDir: string;
let services: EmbeddedService[];

const start = async () => {
  const service = await startEmbeddedRedis({ dataDir, log: () => {} });
  services.push(service);
  return service;
};

const ask = ({ url }: EmbeddedService, command: string) => {
  const { port, password } = new URL(url);
  return askRedis(Number(port), password, command);
};

beforeEach(async () => {
  // A blank in the path, as people have.
  dataDir = join(await mkdtemp(join(tmpdir(), 'zavhoz redis-')), 'redis');
  services = [];
});

afterEach(async () => {
  for (const service of services) await service.stop(AbortSignal.abort());
  await rm(join(dataDir, '..'), { recursive: true, force: true });
});

test('keeps accepted work: append-only, no eviction, a password', async () => {
  const redis = await start();
  expect(await ask(redis, 'INFO memory')).toContain('maxmemory_policy:noeviction');
  expect(await ask(redis, 'INFO persistence')).toContain('aof_enabled:1');
  await expect(askRedis(Number(new URL(redis.url).port), 'wrong', 'PING')).rejects.toThrow(
    /WRONGPASS/,
  );
  expect((await stat(join(dataDir, 'files', 'redis.conf'))).mode & 0o777).toBe(0o600);
});

test('keeps data and port over a restart', async () => {
  const first = await start();
  await ask(first, 'SET kept 42');
  await first.stop();
  expect(findProcess(first.pid)).toBeNull();
  const second = await start();
  expect(second.url).toBe(first.url);
  expect(await ask(second, 'GET kept')).toBe('42');
});

test('takes over the one that is still running', async () => {
  const first = await start();
  expect((await start()).pid).toBe(first.pid);
});

test('starts again after a kill', async () => {
  const first = await start();
  await ask(first, 'SET kept 42');
  sendSignal(first.pid, 'SIGKILL');
  const second = await start();
  expect(second.pid).not.toBe(first.pid);
  expect(await ask(second, 'PING')).toBe('PONG');
});

test('replaces one that hangs, so that never two write the same files', async () => {
  const first = await start();
  sendSignal(first.pid, 'SIGSTOP');
  const second = await start();
  expect(second.pid).not.toBe(first.pid);
  expect(findProcess(first.pid)).toBeNull();
});
