import { readdirSync, readFileSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

export interface ProcessInfo {
  pid: number;
  /** Clock ticks since boot: with the pid it names a process for good, as pids are reused. */
  startTime: string;
}

/** Reads /proc; null for a process that is gone. A zombie is gone: it only waits for its parent. */
export function findProcess(pid: number): ProcessInfo | null {
  if (!Number.isSafeInteger(pid) || pid <= 0) return null;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The command name is in brackets and may itself hold brackets and blanks.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state, startTime] = [fields[0], fields[19]];
    if (state === undefined || startTime === undefined || state === 'Z' || state === 'X')
      return null;
    return { pid, startTime };
  } catch {
    return null;
  }
}

/** True for a live process whose working directory is `folder`, seen from whatever mount namespace. */
export function worksIn(pid: number, folder: string): boolean {
  if (!findProcess(pid)) return false;
  try {
    const [cwd, wanted] = [statSync(`/proc/${pid}/cwd`), statSync(folder)];
    return cwd.dev === wanted.dev && cwd.ino === wanted.ino;
  } catch {
    return false;
  }
}

/** The live processes whose working directory is `folder`, as far as this user may see them. */
export function processesIn(folder: string): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && worksIn(pid, folder));
}

/** Sends a signal; a process that is already gone is no error. */
export function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

/** Waits until a process is gone; false when it is still there after `timeoutMs` or once `signal` fires. */
export async function waitForExit(
  pid: number,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<boolean> {
  const started = findProcess(pid)?.startTime;
  const until = Date.now() + timeoutMs;
  while (started !== undefined && findProcess(pid)?.startTime === started) {
    if (Date.now() >= until || signal?.aborted) return false;
    await sleep(25);
  }
  return true;
}
