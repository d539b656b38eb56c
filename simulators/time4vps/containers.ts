import type { Hosts } from '../hosts/hosts.ts';
import type { HostImages } from '../hosts/images.ts';
import type { Suite } from '../hosts/recipe.ts';
import type { Machine, MachineBackend, MachineMeta, OsTemplate } from './machines.ts';

const SYSTEMS: ReadonlyArray<OsTemplate & { suite: Suite }> = [
  { os: 'kvm-debian-12-x86_64', title: 'Debian 12 (64-bit)', suite: 'bookworm' },
  { os: 'kvm-debian-13-x86_64', title: 'Debian 13 (64-bit)', suite: 'trixie' },
];

/** Real systemd hosts behind the simulated provider. What they are stands on the containers' labels. */
export function createContainerMachines({
  hosts,
  images,
}: {
  hosts: Hosts;
  images: HostImages;
}): MachineBackend {
  const imageOf = async (meta: MachineMeta, signal: AbortSignal) => {
    if (meta.image !== undefined) return meta.image;
    const system = SYSTEMS.find(({ os }) => os === meta.os);
    if (system === undefined) throw new Error(`there is no template ${meta.os}`);
    return images.ensure(system.suite, signal);
  };
  const options = async (meta: MachineMeta, password: string, signal: AbortSignal) => ({
    image: await imageOf(meta, signal),
    password,
    meta: JSON.stringify(meta),
    hostname: meta.domain.split('.')[0] ?? meta.domain,
  });
  // Docker's `inspect` says nothing of a frozen or cut-off host; both pass away with a new disk.
  return {
    templates: () => SYSTEMS.map(({ os, title }) => ({ os, title })),
    async list(signal) {
      const found = await hosts.list(signal);
      return found.flatMap(({ id, ip, meta }): Machine[] => {
        const parsed = parseMeta(meta);
        return parsed ? [{ id, ip, meta: parsed }] : [];
      });
    },
    async create(id, { meta, password, passwordLogin }, signal) {
      const host = await hosts.create(id, await options(meta, password, signal), signal);
      if (!passwordLogin) await hosts.setPasswordLogin(id, false, signal);
      return { id, ip: host.ip, meta };
    },
    async resetPassword(id, { password, passwordLogin }, signal) {
      await hosts.resetPassword(id, password, signal);
      if (!passwordLogin) await hosts.setPasswordLogin(id, false, signal);
    },
    async reinstall(id, { meta, password, passwordLogin }, signal) {
      await hosts.reinstall(id, await options(meta, password, signal), signal);
      if (!passwordLogin) await hosts.setPasswordLogin(id, false, signal);
    },
    async reboot(id, { startStopped }, signal) {
      const host = await hosts.find(id, signal);
      if (host?.running || startStopped) await hosts.reboot(id, signal);
    },
    async flushFirewall(id, signal) {
      const flush = 'for t in iptables ip6tables; do $t -P INPUT ACCEPT; $t -F INPUT; done';
      await hosts.exec(id, ['sh', '-c', flush], { signal });
    },
    mishap: (id, what, signal) => hosts[what](id, signal),
    snapshot: (id, signal) => hosts.snapshot(id, undefined, signal),
    destroy: (id, signal) => hosts.destroy(id, signal),
    removeAll: (signal) => hosts.removeAll({}, signal),
  };
}

function parseMeta(text: string): MachineMeta | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && 'os' in value
      ? (value as MachineMeta)
      : undefined;
  } catch {
    return undefined; // a host that was started by hand on this label
  }
}
