import type { Machine, MachineBackend, MachineMeta } from '../time4vps/machines.ts';
import type { SimFleet } from './fleet.ts';

const OS = [{ os: 'kvm-debian-12-x86_64', title: 'Debian 12 (64-bit)' }];

/** How long a reboot and a reinstallation take, in milliseconds of the fleet's clock. */
export interface Paces {
  readonly bootMs: number;
}

/**
 * The simulated provider's machines are hosts of the fleet. Those that exist already are named by
 * `adopt`; all that the provider does to one really happens to its SSH endpoint.
 */
export function createFleetMachines(fleet: SimFleet, { bootMs }: Paces) {
  const known = new Map<string, Machine>();
  const address = (id: string): string => {
    const machine = known.get(id);
    if (machine === undefined) throw new Error(`there is no machine ${id}`);
    return machine.ip;
  };
  const backend: MachineBackend = {
    templates: () => OS,
    list: async () => [...known.values()],
    create: async () => {
      throw new Error('this fleet is as large as it is');
    },
    async resetPassword(id, { password, passwordLogin }) {
      await fleet.setPassword(address(id), password, passwordLogin);
      await fleet.heal(address(id), 'reset_access');
    },
    reinstall: (id, { password }) => fleet.wipe(address(id), password),
    reboot: (id) => fleet.reboot(address(id), bootMs),
    flushFirewall: async (id) => fleet.change(address(id), { firewall: false }),
    mishap: async () => undefined,
    snapshot: async (id) => `fleet:${id}`,
    async destroy(id) {
      known.delete(id);
    },
    async removeAll() {
      known.clear();
    },
  };
  return {
    backend,
    /** A host of the fleet that the account has. */
    adopt(id: string, ip: string, created: Date): void {
      const meta: MachineMeta = {
        ...{ os: 'kvm-debian-12-x86_64', label: `VPS ${id}`, domain: `vps-${id}.example.net` },
        created: created.toISOString(),
      };
      known.set(id, { id, ip, meta });
    },
  };
}
