import { describeKey } from '#adapters/keys.ts';
import type { HostProbe } from '#domain/health/probes.ts';
import type { CheckOutcome, HostReading } from '#domain/health/reading.ts';
import { type MemoryHosts, tryLogin } from './memory-hosts.ts';

/** A healthy host's reading. */
export const goodReading = (over: Partial<HostReading> = {}): HostReading => ({
  sshUnit: 'active',
  docker: 'answers',
  dockerUnit: 'active',
  disks: [{ path: '/', spacePercent: 20, inodePercent: 5 }],
  memory: { usedPercent: 30, totalMiB: 2048 },
  load: { five: 0.1, cores: 2 },
  firewall: 'active',
  publishedPortsGuarded: true,
  rebootRequired: false,
  clock: { synchronised: true, offsetMs: 0 },
  bootId: 'boot-0',
  uptimeSeconds: 1000,
  ...over,
});

/** Looks at hosts in memory; `reading` overrides what a host shows. */
export function createMemoryHostProbe(
  hosts: MemoryHosts,
  reading: (address: string) => Partial<HostReading> = () => ({}),
): HostProbe {
  return {
    async check(target, { fresh }) {
      const { outcome, message } = tryLogin(hosts, target, (text) => describeKey(text).publicKey);
      const host = hosts.at(target.host);
      const seen: CheckOutcome = outcome === 'ok' ? 'answered' : outcome;
      return {
        outcome: seen,
        reading:
          seen === 'answered'
            ? goodReading({ bootId: `boot-${host?.boot ?? 0}`, ...reading(target.host) })
            : null,
        ...{ fresh, latencyMs: 1, message },
      };
    },
    drop() {},
    kept: 0,
    close: async () => {},
  };
}
