import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { findProcess, processesIn, sendSignal } from '#app/embedded/process-info.ts';

export interface SeenProcess {
  readonly pid: number;
  readonly command: string;
}

/** Living processes that have to do with the folder: by command, environment, directory or open file. */
export function processesOf(folder: string): SeenProcess[] {
  // Databases may see their folder under another name, in a mount namespace of their own.
  const databases = ['data/postgres/cluster', 'data/redis/files'].flatMap((name) => {
    try {
      return processesIn(join(folder, name));
    } catch {
      return []; // not made yet
    }
  });
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && pid !== process.pid && findProcess(pid) !== null)
    .filter((pid) => databases.includes(pid) || mentions(pid, folder))
    .map((pid) => ({ pid, command: read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim() }));
}

export const playbooksOf = (folder: string): SeenProcess[] =>
  processesOf(folder).filter(({ command }) => command.includes('ansible-playbook'));

/** Process ids of the embedded databases, as their own files name them. */
export function databasesOf(dataDir: string): readonly number[] {
  const postmaster = Number.parseInt(read(join(dataDir, 'postgres/cluster/postmaster.pid')), 10);
  const redis = /"pid":(\d+)/.exec(read(join(dataDir, 'redis/process')))?.[1];
  return [postmaster, Number(redis)];
}

export function killAll(pids: readonly number[]): void {
  for (const pid of pids) sendSignal(pid, 'SIGKILL');
}

function mentions(pid: number, folder: string): boolean {
  const at = `/proc/${pid}`;
  if (read(`${at}/cmdline`).includes(folder) || read(`${at}/environ`).includes(folder)) return true;
  const links = [`${at}/cwd`, ...list(`${at}/fd`).map((name) => `${at}/fd/${name}`)];
  return links.some((link) => target(link).startsWith(folder));
}

/** A process may end while it is looked at. */
const quietly = <T>(look: () => T, otherwise: T): T => {
  try {
    return look();
  } catch {
    return otherwise;
  }
};
const read = (path: string) => quietly(() => readFileSync(path, 'latin1'), '');
const list = (path: string) => quietly(() => readdirSync(path), []);
const target = (path: string) => quietly(() => readlinkSync(path), '');
