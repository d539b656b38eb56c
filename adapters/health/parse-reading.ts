import type { HostReading } from '#domain/health/reading.ts';
import { FIRST_LINE, LAST_LINE } from './check-script.ts';

/** When the command was sent and its answer was whole, in milliseconds by our own clock. */
export interface Exchange {
  readonly sentAt: number;
  readonly receivedAt: number;
}

/** Whether all of the answer is there, whatever the host says after it. */
export const isWhole = (output: string): boolean => output.includes(`\n${LAST_LINE}\n`);

/**
 * The answer of check-script.ts, or null where it makes no sense as a whole (cut, another program).
 * A single value that makes no sense is a value that was not seen; nothing a host says throws.
 */
export function parseReading(output: string, exchange: Exchange): HostReading | null {
  const values = new Map<string, string>();
  const disks: Disk[] = [];
  let inside = false;
  let whole = false;
  for (const line of output.split('\n')) {
    if (!inside) {
      inside = line === FIRST_LINE;
      continue;
    }
    if (line === LAST_LINE) {
      whole = true;
      break;
    }
    const at = line.indexOf('=');
    if (at < 0) continue;
    const key = line.slice(0, at);
    const value = line.slice(at + 1);
    if (key === 'disk') addDisk(disks, value);
    else if (!values.has(key)) values.set(key, value);
  }
  if (!whole) return null;
  const root = values.get('uid') === '0';
  const up = numbers(values.get('up'), 2);
  const dockerUnit = word(values.get('dockerd'));
  return {
    sshUnit: word(values.get('ssh')),
    docker: docker(values.get('docker'), root, dockerUnit),
    dockerUnit,
    disks,
    memory: memory(values.get('mem')),
    load: load(values.get('load'), values.get('cpus')),
    firewall: firewall(values.get('fw')),
    publishedPortsGuarded: yesNo(values.get('guard')),
    rebootRequired: yesNo(values.get('reboot')),
    clock: {
      synchronised: yesNo(values.get('sync')),
      offsetMs: offset(values.get('now'), up, exchange),
    },
    bootId: bootId(values.get('boot') ?? ''),
    uptimeSeconds: up === null ? null : Math.floor(up[0] ?? 0),
  };
}

type Disk = HostReading['disks'][number];
const MAX_DISKS = 64;

/** As statvfs has it: blocks, free, free for users, inodes, free inodes; then the path. */
function addDisk(disks: Disk[], value: string): void {
  const match = /^(\d+) (\d+) (\d+) (\d+) (\d+) (\/.*)$/.exec(value);
  if (match === null || disks.length >= MAX_DISKS) return;
  const [blocks, free, available, files, freeFiles] = match.slice(1, 6).map(Number) as Five;
  const used = blocks - free;
  const inodes = files === 0 ? 0 : Math.floor((100 * (files - freeFiles)) / files);
  const space = Math.floor((100 * used) / Math.max(used + available, 1));
  const path = match[6] ?? '/';
  if (![space, inodes].every((percent) => percent >= 0 && percent <= 100)) return;
  disks.push({ path, spacePercent: space, inodePercent: inodes });
}

type Five = [number, number, number, number, number];

/** Exit code of `docker ps`, 137 where it had to be killed. */
function docker(
  value: string | undefined,
  root: boolean,
  unit: string | null,
): HostReading['docker'] {
  if (value === 'absent') return 'absent';
  if (value === '0') return 'answers';
  if (value === '137') return 'silent';
  if (value !== 'denied' && !/^\d{1,3}$/.test(value ?? '')) return null;
  // Whoever may not ask learns from a unit that is down that nobody would answer.
  return !root && unit === 'active' ? 'forbidden' : 'silent';
}

/** Exit code of iptables for UFW's own chain: 1 where there is none, others where it could not look. */
function firewall(value: string | undefined): HostReading['firewall'] {
  if (value === 'denied') return 'forbidden';
  if (value === 'absent') return 'absent';
  if (value === '0') return 'active';
  return value === '1' ? 'inactive' : null;
}

function memory(value: string | undefined): HostReading['memory'] {
  const seen = numbers(value, 2);
  if (seen === null) return null;
  const [total = 0, available = 0] = seen;
  if (total <= 0 || available > total) return null;
  const usedPercent = Math.floor((100 * (total - available)) / total);
  return { usedPercent, totalMiB: Math.floor(total / 1024) };
}

function load(value: string | undefined, cpus: string | undefined): HostReading['load'] {
  const five = numbers(value, 1)?.[0];
  const cores = countCores(cpus ?? '');
  return five === undefined || cores === 0 ? null : { five, cores };
}

/** `0-3,6`, as the kernel lists processors. */
function countCores(list: string): number {
  if (!/^\d{1,5}(-\d{1,5})?(,\d{1,5}(-\d{1,5})?)*$/.test(list)) return 0;
  return list.split(',').reduce((sum, range) => {
    const [from = 0, to = from] = range.split('-').map(Number);
    return sum + Math.max(0, to - from + 1);
  }, 0);
}

/** The host's clock was read last; the way back is half of what was not spent on the host. */
function offset(
  now: string | undefined,
  up: readonly number[] | null,
  { sentAt, receivedAt }: Exchange,
): number | null {
  if (now === undefined || !/^\d{10,16}$/.test(now) || up === null) return null;
  const [from = 0, to = 0] = up;
  const travelled = Math.max(0, receivedAt - sentAt - Math.max(0, to - from) * 1000);
  return Math.round(Number(now) - (receivedAt - travelled / 2));
}

const yesNo = (value: string | undefined): boolean | null =>
  value === 'yes' ? true : value === 'no' ? false : null;

/** The kernel's boot id and the start of process 1: a container has its machine's boot id. */
const bootId = (value: string): string | null =>
  /^[0-9a-f-]{36}\.\d*$/.test(value) ? value : null;

const word = (value: string | undefined): string | null =>
  value !== undefined && /^[a-z][a-z-]{0,31}$/.test(value) ? value : null;

function numbers(value: string | undefined, count: number): readonly number[] | null {
  if (value === undefined || !/^\d{1,15}(\.\d{1,6})?( \d{1,15}(\.\d{1,6})?)*$/.test(value)) {
    return null;
  }
  const parts = value.split(' ').map(Number);
  return parts.length === count ? parts : null;
}
