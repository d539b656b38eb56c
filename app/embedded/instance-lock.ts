import { spawnSync } from 'node:child_process';
import { open, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { privateFolder } from './files.ts';

/** Another live agent works on the same data directory. */
export class InstanceRunningError extends Error {
  override readonly name = 'InstanceRunningError';
}

/**
 * Makes this process the only agent on a data directory. The kernel holds the lock for the open
 * file `agent.lock`, so it ends with the process, also after `kill -9`; the pid inside is for
 * people. The file stays: removing it would let two processes lock two files of one name.
 * @returns the release
 * @throws InstanceRunningError naming the other's pid
 */
export async function acquireInstanceLock(dataDir: string): Promise<() => Promise<void>> {
  await privateFolder(dataDir);
  const path = join(dataDir, 'agent.lock');
  const file = await open(path, 'a', 0o600);
  // Node cannot lock files; flock(1) locks the open file it inherits, which we share with it.
  const { status, error } = spawnSync('flock', ['--nonblock', '3'], {
    stdio: ['ignore', 'ignore', 'ignore', file.fd],
    timeout: 10_000,
  });
  if (status === 0) {
    await file.truncate();
    await file.write(`${process.pid}\n`);
    return () => file.close();
  }
  await file.close();
  if (status !== 1) throw new Error(`Cannot lock ${path}: flock does not work.`, { cause: error });
  const holder = (await readFile(path, 'utf8')).trim();
  throw new InstanceRunningError(
    `Another Zavhoz (pid ${holder || 'unknown'}) already works on ${resolve(dataDir)}. Stop it first, or give this one a data directory of its own with ZAVHOZ_DATA_DIR.`,
  );
}
