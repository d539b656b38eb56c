import type { SimServer } from './account.ts';
import type { MachineBackend, MachineMeta } from './machines.ts';

export interface NewServer {
  readonly id?: number;
  readonly os?: string;
  readonly label?: string;
  readonly domain?: string;
  readonly image?: string;
  readonly password?: string;
  readonly passwordLogin?: boolean;
}

export interface Fleet {
  /** Takes over the machines an earlier run left, so that a restart loses no server. */
  adopt(signal: AbortSignal): Promise<void>;
  add(options: NewServer & { password: string }, signal: AbortSignal): Promise<SimServer>;
  /** Takes it off the account; its machine stays when `keepMachine`. */
  remove(id: number, keepMachine: boolean, signal: AbortSignal): Promise<void>;
  get(id: number): SimServer | undefined;
  list(): readonly SimServer[];
}

/** The servers of the simulated account, numbered from `firstId`. */
export function createFleet({
  machines,
  firstId,
  now,
}: {
  machines: MachineBackend;
  firstId: number;
  now: () => number;
}): Fleet {
  const servers = new Map<number, SimServer>();
  let next = firstId;
  const defaultOs = machines.templates()[0]?.os ?? 'kvm-debian-12-x86_64';
  return {
    async adopt(signal) {
      for (const { id, ip, meta } of await machines.list(signal)) {
        const number = Number(id);
        if (!Number.isSafeInteger(number)) continue;
        servers.set(number, { id: number, ip, meta, tasks: [] });
        next = Math.max(next, number + 1);
      }
    },
    async add(options, signal) {
      const id = options.id ?? next;
      if (servers.has(id)) throw new Error(`server ${id} exists already`);
      next = Math.max(next, id + 1);
      const domain = options.domain ?? `vps-${id}.example.net`;
      const meta: MachineMeta = {
        ...{ os: options.os ?? defaultOs, label: options.label ?? `VPS ${id}`, domain },
        created: new Date(now()).toISOString(),
        ...(options.image !== undefined && { image: options.image }),
      };
      const { password, passwordLogin = true } = options;
      const machine = await machines.create(String(id), { meta, password, passwordLogin }, signal);
      const server = { id, ip: machine.ip, meta, tasks: [] };
      servers.set(id, server);
      return server;
    },
    async remove(id, keepMachine, signal) {
      if (!servers.delete(id)) throw new Error(`there is no server ${id}`);
      if (!keepMachine) await machines.destroy(String(id), signal);
    },
    get: (id) => servers.get(id),
    list: () => [...servers.values()].sort((a, b) => a.id - b.id),
  };
}
