import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

export interface HostIdentity {
  /** Stays over reboots; differs between machines and between containers. */
  readonly machineId: string;
  /** Differs after a reboot: no process of another boot is alive on this machine. */
  readonly bootId: string;
}

let known: HostIdentity | undefined;

/**
 * Which machine this is and since which boot. Containers of one image may share /etc/machine-id,
 * so the host name belongs to it; where there is no machine id at all, the kernel's boot id takes
 * its place: a process of "another machine" is waited for, never assumed dead.
 */
export function hostIdentity(): HostIdentity {
  known ??= read();
  return known;
}

function read(): HostIdentity {
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  const machine = textOf('/etc/machine-id') || boot;
  return {
    machineId: createHash('sha256').update(`${machine}\n${hostname()}`).digest('hex').slice(0, 32),
    // A pid means something only within its namespace: a restarted container is a new boot.
    bootId: `${boot}/${readlinkSync('/proc/self/ns/pid').replace(/\D/g, '')}`,
  };
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return '';
  }
}

export interface ProcessStat {
  readonly pid: number;
  /** One letter of proc(5): R, S, D, Z, ... */
  readonly state: string;
  readonly pgid: number;
  /** Clock ticks after boot (field 22). */
  readonly startTime: string;
}

/** /proc/<pid>/stat, or null when there is no such process. */
export function processStat(pid: number): ProcessStat | null {
  const text = textOf(`/proc/${pid}/stat`);
  // The command's name may hold spaces and brackets: fields are counted after the last one.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, , pgid] = fields;
  const startTime = fields[19];
  if (!state || !pgid || !startTime) return null;
  return { pid, state, pgid: Number(pgid), startTime };
}

/** When a process started, in clock ticks after boot; null when it is gone or a zombie. */
export function processStartTime(pid: number): string | null {
  const stat = processStat(pid);
  return stat === null || isDead(stat) ? null : stat.startTime;
}

/** A zombie holds a pid and nothing else. */
export const isDead = (stat: ProcessStat): boolean => stat.state === 'Z' || stat.state === 'X';
