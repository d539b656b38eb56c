import { randomUUID } from 'node:crypto';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Runs `work` while this process alone holds `path`. The file names the holder by pid and start
 * time, so that a lock left behind by a killed process is recognised even when its pid is reused.
 */
export async function withFileLock<T>(
  path: string,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  const me = `${process.pid} ${await startTime(process.pid)} ${randomUUID()}`;
  for (;;) {
    signal.throwIfAborted();
    if (await take(path, me)) break;
    const holder = await readFile(path, 'utf8').catch(() => '');
    if (holder !== '' && !(await isAlive(holder))) await discard(path, holder);
    else await sleep(500, undefined, { signal });
  }
  try {
    return await work();
  } finally {
    if ((await readFile(path, 'utf8').catch(() => '')) === me) await rm(path, { force: true });
  }
}

// Written aside and linked: a lock that exists names its holder, wherever its maker was killed.
async function take(path: string, me: string): Promise<boolean> {
  const draft = `${path}.${process.pid}.${randomUUID()}`;
  await writeFile(draft, me, { mode: 0o644 });
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

// Two waiters may see the same dead holder: the rename lets one of them remove it, and a file that
// turns out to be a new holder's is put back.
async function discard(path: string, expected: string) {
  const aside = `${path}.${randomUUID()}.stale`;
  try {
    await rename(path, aside);
  } catch {
    return;
  }
  if ((await readFile(aside, 'utf8').catch(() => expected)) === expected) {
    await rm(aside, { force: true });
  } else await rename(aside, path);
}

async function isAlive(holder: string): Promise<boolean> {
  const [pid, started] = holder.split(' ');
  const now = await startTime(Number(pid));
  return now !== '' && now === started;
}

/** Field 22 of /proc/<pid>/stat, or '' when there is no such process. */
async function startTime(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}
