import type { Playbooks } from '#domain/remote.ts';
import { createMemoryMachines } from '#simulators/time4vps/in-memory.ts';
import type { MachineBackend } from '#simulators/time4vps/machines.ts';
import type { MemoryHosts } from '../fakes/memory-hosts.ts';
import { createMemoryPlaybooks, type MemoryPlaybooks } from '../fakes/memory-playbooks.ts';

/** The simulated provider's machines as the hosts that SSH and playbooks see in memory. */
export function createJoinedMachines(hosts: MemoryHosts): MachineBackend {
  const machines = createMemoryMachines();
  return {
    ...machines,
    async create(id, options, signal) {
      const made = await machines.create(id, options, signal);
      const { password, passwordLogin } = options;
      hosts.add(made.ip, { passwordLogin, passwords: new Map([['root', password]]) });
      return made;
    },
    async resetPassword(id, credentials, signal) {
      await machines.resetPassword(id, credentials, signal);
      const host = hosts.at(machines.machine(id).ip);
      host?.passwords.set('root', credentials.password);
      // A reset sets the password; what sshd takes, it never widens.
      if (host && !credentials.passwordLogin) host.passwordLogin = false;
    },
    async reinstall(id, options, signal) {
      await machines.reinstall(id, options, signal);
      hosts.wipe(machines.machine(id).ip, options.password).passwordLogin = options.passwordLogin;
    },
  };
}

/** Playbooks with a temper for each server, so that tests side by side do not disturb one another. */
export function createPlaybooksByServer(
  hosts: MemoryHosts,
): Playbooks & { of(handle: string): MemoryPlaybooks } {
  const all = new Map<string, MemoryPlaybooks>();
  const of = (handle: string) => {
    const known = all.get(handle) ?? createMemoryPlaybooks(hosts, { taskMs: 20 });
    all.set(handle, known);
    return known;
  };
  return {
    of,
    run: (run, hooks, signal) => of(run.target.handle).run(run, hooks, signal),
    async end(child, signal) {
      for (const playbooks of all.values()) await playbooks.end(child, signal);
    },
  };
}
