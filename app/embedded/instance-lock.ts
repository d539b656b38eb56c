import { randomBytes } from 'node:crypto';
import { link, readFile, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createExclusively, ignoreMissing, privateFolder } from './files.ts';
import { findProcess } from './process-info.ts';

/** Another live agent works on the same data directory. */
export class InstanceRunningError extends Error {
  override readonly name = 'InstanceRunningError';
}

/**
 * Makes this process the only agent on a data directory, through `agent.lock` (pid and start
 * time inside). A lock whose process is gone is taken over.
 * @returns the release, which leaves another's lock alone
 * @throws InstanceRunningError naming the other's pid
 */
export async function acquireInstanceLock(dataDir: string): Promise<() => Promise<void>> {
  await privateFolder(dataDir);
  const path = join(dataDir, 'agent.lock');
  const own = JSON.stringify(findProcess(process.pid));
  for (let attempt = 0; attempt < 20; attempt++) {
    if (await createExclusively(path, own)) return () => release(path, own);
    const found = await readFile(path, 'utf8').catch(ignoreMissing);
    if (found === undefined) continue;
    const holder = liveHolder(found);
    if (holder !== null) throw running(dataDir, holder);
    await removeStale(path);
  }
  throw new Error(`The lock ${path} changes hands all the time; remove it when no agent runs.`);
}

/** Moves a stale lock aside and looks again at what was moved: another process may have been faster. */
async function removeStale(path: string): Promise<void> {
  const aside = `${path}.${randomBytes(4).toString('hex')}`;
  await rename(path, aside).catch(ignoreMissing);
  const moved = await readFile(aside, 'utf8').catch(ignoreMissing);
  if (moved !== undefined && liveHolder(moved) !== null) await link(aside, path).catch(() => {});
  await rm(aside, { force: true });
}

async function release(path: string, own: string): Promise<void> {
  if ((await readFile(path, 'utf8').catch(ignoreMissing)) === own) await rm(path, { force: true });
}

function liveHolder(content: string): number | null {
  try {
    const { pid, startTime } = JSON.parse(content) as { pid: number; startTime: string };
    return findProcess(pid)?.startTime === startTime ? pid : null;
  } catch {
    return null;
  }
}

const running = (dataDir: string, pid: number) =>
  new InstanceRunningError(
    `Another Zavhoz (pid ${pid}) already works on ${resolve(dataDir)}. Stop it first, or give this one a data directory of its own with ZAVHOZ_DATA_DIR.`,
  );
