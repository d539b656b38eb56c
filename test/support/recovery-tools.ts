import type { KeyPair } from '#adapters/keys.ts';
import type { HostReading } from '#domain/health/reading.ts';
import type { HealthSample, TargetHealth } from '#domain/health/target.ts';
import { NOWHERE } from '#domain/policy.ts';
import type { Clock, Logger } from '#domain/ports.ts';
import type { Playbooks } from '#domain/remote.ts';
import type { Repositories } from '#domain/repositories.ts';
import type { ToolDeps } from '#domain/tool-deps.ts';
import { createMemoryHostProbe } from '../fakes/memory-host-probe.ts';
import type { MemoryHosts } from '../fakes/memory-hosts.ts';
import type { MemoryProvider } from '../fakes/memory-provider.ts';
import { createMemorySsh, createMemoryTcpProbe } from '../fakes/memory-ssh.ts';

interface World {
  readonly hosts: MemoryHosts;
  readonly provider: MemoryProvider;
  readonly playbooks: Playbooks;
  /** By address; what is not named is well. */
  readonly services: ReadonlyMap<string, 'ok' | 'failed'>;
  readonly reading: ReadonlyMap<string, Partial<HostReading>>;
}

/** What tools stand on, over a world in memory; `wrap` sees every call that leaves a trace. */
export const recoveryTools = (
  repositories: Repositories,
  { hosts, provider, playbooks, services, reading }: World,
  {
    clock,
    log,
    keys,
    wrap,
  }: {
    readonly clock: Clock;
    readonly log: Logger;
    readonly keys: KeyPair;
    readonly wrap: <T extends object>(label: string, target: T) => T;
  },
): ToolDeps => ({
  ...repositories,
  providerOf: (server) => {
    const { provider: plain, pace } = provider.handle(server);
    return { provider: wrap('provider', plain), pace };
  },
  ssh: wrap('ssh', createMemorySsh(hosts)),
  tcp: createMemoryTcpProbe(hosts),
  hosts: createMemoryHostProbe(hosts, (address) => reading.get(address) ?? {}),
  outside: {
    ping: async () => true,
    service: async (address) => ({
      ...{ state: services.get(address) ?? 'ok', reason: '', latencyMs: 1, expiresAt: null },
    }),
  },
  playbooks: wrap('playbooks', playbooks),
  ...{ clock, log, own: NOWHERE, keys: { ...keys, breakGlass: [] } },
  hostSettings: {
    ...{ timezone: 'UTC', upgrade: true, dockerSource: 'docker', dockerStorageDriver: null },
    ...{ agentAddresses: [], reinstallOs: null },
  },
});

/** A server whose checks have just been good. */
export function goodCheck(
  serverId: string,
  at: Date,
): { readonly health: TargetHealth; readonly sample: HealthSample } {
  return {
    health: {
      ...{ serverId, state: 'ok', since: at, missingSince: null, misses: 0, goods: 9 },
      ...{ freshGoods: 3, recent: '111', flapping: false, checks: 9, lastCheckAt: at },
      ...{ lastGoodAt: at, report: null, latencyMs: 1, bootId: 'boot-0' },
    },
    sample: {
      ...{ serverId, at, state: 'ok', latencyMs: 1, diskPercent: null },
      ...{ memoryPercent: null, loadPercent: null },
    },
  };
}
