import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { isDead, type ProcessStat, processStat } from './host-id.ts';

const POLL_MS = 25;

/** Living processes (zombies left out) that `pick` accepts. */
export function findProcesses(pick: (stat: ProcessStat) => boolean): readonly ProcessStat[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const stat = processStat(Number(name));
      return stat !== null && !isDead(stat) && pick(stat) ? [stat] : [];
    });
}

export const groupMembers = (pgid: number) => findProcesses((stat) => stat.pgid === pgid);

/** True when the process was started with `NAME=value` in its environment; false when unreadable. */
export function startedWith(pid: number, name: string, value: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(`${name}=${value}`);
  } catch {
    return false;
  }
}

export interface EndOptions {
  /** From SIGTERM to SIGKILL. */
  readonly graceMs?: number;
  /** From the start to giving up on what even SIGKILL does not end (a process stuck in the kernel). */
  readonly limitMs?: number;
  /** Whom to end, asked afresh at each look: a group's members unless told. */
  readonly members?: () => readonly ProcessStat[];
}

/**
 * SIGTERM, then SIGKILL for what is left; true once nothing is, false at the limit. Signals go to each
 * process by its pid, right after it was seen in /proc: a group id may have passed to strangers.
 */
export async function endGroup(pgid: number, options: EndOptions = {}): Promise<boolean> {
  const { graceMs = 2000, limitMs = 30_000, members = () => groupMembers(pgid) } = options;
  const started = Date.now();
  const asked = new Set<number>();
  for (;;) {
    const left = members();
    if (left.length === 0) return true;
    const passed = Date.now() - started;
    if (passed >= limitMs) return false;
    const kill = passed >= graceMs;
    for (const { pid } of left) {
      // Each is asked once, also one that was forked while the others were being asked.
      if (kill || !asked.has(pid)) send(pid, kill ? 'SIGKILL' : 'SIGTERM');
      asked.add(pid);
    }
    await wait(POLL_MS);
  }
}

function send(pid: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Gone between the look and the signal.
  }
}
