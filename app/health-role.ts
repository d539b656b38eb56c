import { createOutsideProbe } from '#adapters/health/outside.ts';
import { createWitnesses } from '#adapters/health/witnesses.ts';
import { createHostProbe } from '#adapters/ssh/pool.ts';
import type { HostProbe, OutsideProbe, Witness } from '#domain/health/probes.ts';
import type { SshTarget } from '#domain/remote.ts';
import type { ToolDeps } from '#domain/tool-deps.ts';
import { sshTarget } from '#tools/server/target.ts';
import { every } from '#workers/every.ts';
import { createHealthWorker } from '#workers/health/index.ts';
import { createMaintenance, MAINTENANCE_SECONDS } from '#workers/maintenance.ts';
import { createRollup, ROLLUP_SECONDS } from '#workers/rollup.ts';
import type { Core } from './core.ts';
import { witnessNames } from './witnesses.ts';

/** Ports that tests, the demo and the bench put in place of the real ones. */
export interface HealthOverrides {
  readonly hosts?: HostProbe;
  readonly outside?: OutsideProbe;
  readonly witnesses?: readonly Witness[];
}

/** How hosts are looked at; shared by the health worker and the tools of a recovery. */
export function createProbes({ config, log, clock }: Core, overrides: HealthOverrides) {
  const handshakesPerSecond = config.settings.HEALTH_HANDSHAKES_PER_SECOND;
  return {
    hosts: overrides.hosts ?? createHostProbe({ log, clock, limits: { handshakesPerSecond } }),
    outside: overrides.outside ?? createOutsideProbe({ log, clock }),
  };
}

/** What logs into a server: its verified key, else its password; null where neither is known. */
export const loginTo =
  (deps: ToolDeps) =>
  async (handle: string): Promise<SshTarget | null> => {
    const server = await deps.servers.find(handle);
    if (server === null) return null;
    const key = await deps.credentials.current(handle, 'ssh_key');
    const password = await deps.credentials.current(handle, 'root_password');
    const login = key?.verifiedAt ? key : password;
    return login === null ? null : sshTarget(server, login.id, deps);
  };

/** Watches this worker's part of the fleet. */
export function startHealth(core: Core, toolDeps: ToolDeps, overrides: HealthOverrides) {
  const { config, repositories, agent, leases, clock, log, metrics } = core;
  const { settings } = config;
  const worker = createHealthWorker({
    ...repositories,
    ...{ agent, leases, clock, log, metrics, hosts: toolDeps.hosts, outside: toolDeps.outside },
    witnesses: overrides.witnesses ?? createWitnesses(witnessNames(settings), { log }),
    targetOf: loginTo(toolDeps),
    factsOf: (server, signal) =>
      toolDeps.providerOf(server).provider.facts(server.providerRef, signal),
    settings: {
      intervalSeconds: settings.HEALTH_CHECK_INTERVAL,
      mostInFlight: settings.HEALTH_CHECK_CONCURRENCY,
      handshakesPerSecond: settings.HEALTH_HANDSHAKES_PER_SECOND,
      failureLimits: {
        floor: settings.BREAKER_FLOOR,
        share: settings.BREAKER_PERCENT / 100,
        ceiling: settings.BREAKER_CEILING,
        windowSeconds: settings.BREAKER_WINDOW,
      },
    },
  });
  const stopping = new AbortController();
  const running = worker.run(stopping.signal);
  const keep = {
    samplesDays: settings.HEALTH_SAMPLES_DAYS,
    hoursDays: settings.HEALTH_HOURS_DAYS,
    daysDays: settings.HEALTH_DAYS_DAYS,
  };
  const maintain = createMaintenance({ ...repositories, clock, log, onEnded: worker.lookNow });
  const rollUp = createRollup({ ...repositories, leases, clock, keep });
  const turns = [
    every('maintenance', MAINTENANCE_SECONDS, maintain, { clock, log }),
    every('rollup', ROLLUP_SECONDS, rollUp, { clock, log }),
  ];
  return {
    isOnline: worker.isOnline,
    figures: worker.figures,
    async stop() {
      stopping.abort();
      await Promise.all([running, ...turns.map((end) => end())]);
    },
  };
}
