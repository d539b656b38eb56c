import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { acquireInstanceLock, InstanceRunningError } from './instance-lock.ts';

let dataDir: string;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'zavhoz-lock-'));
});

afterEach(() => rm(dataDir, { recursive: true, force: true }));

test('refuses a second agent, naming the first and the way out', async () => {
  const release = await acquireInstanceLock(dataDir);
  await expect(acquireInstanceLock(dataDir)).rejects.toThrow(InstanceRunningError);
  await expect(acquireInstanceLock(dataDir)).rejects.toThrow(
    new RegExp(`pid ${process.pid}\\).*ZAVHOZ_DATA_DIR`),
  );
  await release();
  await (await acquireInstanceLock(dataDir))();
});

test('a lock file left by a killed agent is no obstacle', async () => {
  const lock = join(dataDir, 'agent.lock');
  await writeFile(lock, '1\n');
  const holder = spawn('flock', ['--nonblock', lock, 'sh', '-c', 'echo locked; exec cat']);
  await once(holder.stdout, 'data');
  await expect(acquireInstanceLock(dataDir)).rejects.toThrow(/pid 1\)/);
  holder.stdin.end();
  await once(holder, 'exit');
  await (await acquireInstanceLock(dataDir))();
});

test('of many at once exactly one gets it', async () => {
  const results = await Promise.allSettled(
    Array.from({ length: 10 }, () => acquireInstanceLock(dataDir)),
  );
  const winners = results.filter((result) => result.status === 'fulfilled');
  expect(winners).toHaveLength(1);
  for (const winner of winners) await winner.value();
});
