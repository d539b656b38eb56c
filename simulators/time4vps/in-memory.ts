import { randomBytes, randomUUID } from 'node:crypto';
import type { Machine, MachineBackend, MachineMeta, OsTemplate } from './machines.ts';

export interface MemoryMachine extends Machine {
  password: string;
  passwordLogin: boolean;
  hostKey: string;
  machineId: string;
  bootId: string;
  running: boolean;
  reachable: boolean;
  firewall: boolean;
  /** Files that people left on its disk; a reinstall clears them. */
  readonly files: Set<string>;
}

export interface MemoryMachines extends MachineBackend {
  /** The machine itself, for a test's SSH fake to read and change. */
  machine(id: string): MemoryMachine;
}

const TEMPLATES: readonly OsTemplate[] = [
  { os: 'kvm-debian-12-x86_64', title: 'Debian 12 (64-bit)' },
  { os: 'kvm-debian-13-x86_64', title: 'Debian 13 (64-bit)' },
  { os: 'kvm-ubuntu-22.04-gpt-x86_64', title: 'Ubuntu 22.04 (64-bit)' },
  { os: 'kvm-ubuntu-24.04-gpt-x86_64', title: 'Ubuntu 24.04 (64-bit)' },
  { os: 'kvm-win-2022-x86_64', title: 'Windows Server 2022' },
];

/** Machines that remember what a real one would: for tests in milliseconds, and thousands of them. */
export function createMemoryMachines(): MemoryMachines {
  const machines = new Map<string, MemoryMachine & { meta: MachineMeta }>();
  let addresses = 0;
  const machine = (id: string) => {
    const found = machines.get(id);
    if (found === undefined) throw new Error(`there is no machine ${id}`);
    return found;
  };
  const freshDisk = () => ({
    hostKey: `ssh-ed25519 ${randomBytes(32).toString('base64')}`,
    machineId: randomBytes(16).toString('hex'),
    bootId: randomUUID(),
    running: true,
    firewall: false,
    files: new Set<string>(),
  });
  return {
    machine,
    templates: () => TEMPLATES,
    list: async () => [...machines.values()],
    async create(id, { meta, password, passwordLogin }) {
      if (machines.has(id)) throw new Error(`machine ${id} exists already`);
      addresses += 1;
      const ip = `198.18.${addresses >> 8}.${addresses & 255}`; // reserved for benchmarks, routed nowhere
      const made = { id, ip, meta, password, passwordLogin, reachable: true, ...freshDisk() };
      machines.set(id, made);
      return made;
    },
    async resetPassword(id, credentials) {
      Object.assign(machine(id), credentials);
    },
    async reinstall(id, { meta, password, passwordLogin }) {
      Object.assign(machine(id), { meta, password, passwordLogin, ...freshDisk() });
    },
    async reboot(id, { startStopped }) {
      const target = machine(id);
      if (target.running || startStopped) {
        Object.assign(target, { running: true, bootId: randomUUID() });
      }
    },
    async flushFirewall(id) {
      machine(id).firewall = false;
    },
    async mishap(id, what) {
      const target = machine(id);
      if (what === 'start' && !target.running) target.bootId = randomUUID();
      if (what === 'stop' || what === 'kill') target.running = false;
      else if (what === 'start') target.running = true;
      else target.reachable = what === 'connect' || what === 'thaw';
    },
    async snapshot(id) {
      return `memory:${machine(id).id}`;
    },
    async destroy(id) {
      machines.delete(id);
    },
    async removeAll() {
      machines.clear();
    },
  };
}
