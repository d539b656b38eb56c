import { readFile } from 'node:fs/promises';
import type { Docker } from './docker.ts';
import type { Host } from './host-state.ts';
import type { Log } from './images.ts';
import { ensureNetwork, type HostNetwork } from './network.ts';

export interface Reservation {
  readonly network: HostNetwork;
  readonly ip: string;
  /** To be called once the container exists (its label holds the address) or never will. */
  release(): void;
}

const FIRST = 10;
const LAST = 250;
// A booted systemd host holds six or seven; past the limit systemd inside fails in odd ways.
const INOTIFY_PER_HOST = 7;

/** Gives out fixed addresses of a label's network, one at a time, so that hosts can start at once. */
export function createAddresses({
  docker,
  label,
  list,
  log,
}: {
  docker: Docker;
  label: string;
  list: (signal?: AbortSignal) => Promise<Host[]>;
  log: Log;
}) {
  const reserved = new Map<string, string>();
  let queue: Promise<unknown> = Promise.resolve();

  const choose = async (id: string, fixed?: string, signal?: AbortSignal): Promise<Reservation> => {
    const network = await ensureNetwork(docker, label, signal);
    const hosts = await list(signal);
    const exists = fixed === undefined && hosts.some((host) => host.id === id);
    if (exists || reserved.has(id)) {
      throw new Error(`host ${id} exists already`);
    }
    const used = new Set([...hosts.map((host) => host.ip), ...reserved.values()]);
    let ip = fixed;
    for (let n = FIRST; ip === undefined && n <= LAST; n++) {
      if (!used.has(`${network.prefix}.${n}`)) ip = `${network.prefix}.${n}`;
    }
    if (ip === undefined) throw new Error(`no address left in ${network.prefix}.0/24`);
    reserved.set(id, ip);
    await warnOfLimit(used.size + 1, log);
    return { network, ip, release: () => reserved.delete(id) };
  };

  return {
    /** `fixed` keeps the address of a host that is about to be replaced. */
    take(id: string, fixed?: string, signal?: AbortSignal): Promise<Reservation> {
      const turn = () => choose(id, fixed, signal);
      const result = queue.then(turn, turn);
      queue = result.catch(() => {});
      return result;
    },
  };
}

async function warnOfLimit(hosts: number, log: Log) {
  const setting = 'fs.inotify.max_user_instances';
  const text = await readFile('/proc/sys/fs/inotify/max_user_instances', 'utf8').catch(() => '');
  const limit = Number(text);
  if (limit > 0 && hosts * INOTIFY_PER_HOST > limit) {
    log(`so many hosts may not boot: raise ${setting}`, { hosts, limit });
  }
}
