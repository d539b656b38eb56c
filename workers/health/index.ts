import { setMaxListeners } from 'node:events';
import type { Agent } from '#domain/agent.ts';
import { toOpsError } from '#domain/errors.ts';
import type { FailureLimits } from '#domain/fleet.ts';
import type { OutsideProbe, Witness } from '#domain/health/probes.ts';
import type { Clock, Leases, Logger, Metrics } from '#domain/ports.ts';
import type { ProviderFacts } from '#domain/provider.ts';
import type { Repositories } from '#domain/repositories.ts';
import type { Server } from '#domain/server.ts';
import { createBatch } from './batch.ts';
import { createBreaker } from './breaker.ts';
import { type CheckDeps, createCheck } from './check.ts';
import { createConclude } from './conclude.ts';
import { createDesk } from './desk.ts';
import { createEarlyLooks } from './early-looks.ts';
import { createOnline } from './online.ts';
import { createRearm } from './rearm.ts';
import { createRoster } from './roster.ts';
import { createServices } from './services.ts';
import { createShards } from './shards.ts';
import { createSuspended } from './suspended.ts';
import { createSweep } from './sweep.ts';
import { unsuspect } from './unsuspect.ts';
import { createUpkeep } from './upkeep.ts';
import { createWords } from './words.ts';

type Kept = Pick<
  Repositories,
  'health' | 'fleet' | 'incidents' | 'outbox' | 'servers' | 'groups' | 'operations' | 'recoveries'
>;

export interface HealthWorkerDeps extends Kept, Omit<CheckDeps, 'clock'> {
  readonly outside: OutsideProbe;
  readonly witnesses: readonly Witness[];
  readonly agent: Pick<Agent, 'submit'>;
  /** What the provider says of a server; throws where it says nothing. */
  readonly factsOf: (server: Server, signal: AbortSignal) => Promise<ProviderFacts>;
  readonly leases: Leases;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly settings: {
    readonly intervalSeconds: number;
    readonly mostInFlight: number;
    readonly handshakesPerSecond: number;
    readonly failureLimits: FailureLimits;
  };
}

export interface HealthWorker {
  /** Watches this worker's part of the fleet until aborted; survives everything else. */
  run(signal: AbortSignal): Promise<void>;
  /** Looks at a server now, whatever its turn; nothing when it is not ours. */
  lookNow(handle: string): void;
  /** Whether our own network works, as far as the witnesses say. */
  isOnline(): Promise<boolean>;
  /** Servers of ours, and checks in flight. */
  figures(): { readonly servers: number; readonly inFlight: number };
}

/** Checks every watched server in its slot, and turns what it sees into incidents and their end. */
export function createHealthWorker(deps: HealthWorkerDeps): HealthWorker {
  const { clock, log, settings } = deps;
  const intervalMs = settings.intervalSeconds * 1000;
  const batch = createBatch(deps);
  const online = createOnline({
    ...{ ...deps, intervalMs },
    onBlind: () => unsuspect(roster.entries(), { batch, now: clock.now(), onDue: sweep.put }),
  });
  const words = createWords(deps);
  const desk = createDesk({
    ...{ ...deps, online, words },
    isMassive: createBreaker({ ...deps, batch, limits: settings.failureLimits }),
    isSuspended: createSuspended(deps),
  });
  const services = createServices({ ...deps, desk, intervalMs });
  const check = createCheck(deps);
  const roster = createRoster({
    ...{ health: deps.health, clock, intervalMs },
    onDue(entry) {
      sweep.put(entry);
      services.watch(entry);
    },
    onGone({ server }) {
      check.forget(server.handle);
      services.forget(server.id);
      batch.drop(new Set([server.id]));
    },
  });
  const choosePeers = createEarlyLooks();
  const lookEarly = (entry: Parameters<typeof choosePeers>[0]) => {
    const now = clock.now().getTime();
    for (const peer of choosePeers(entry, roster.entries(), now)) sweep.extra(peer, now, 'early');
  };
  const conclude = createConclude({
    ...{ ...deps, check, desk, services, online, batch },
    stalledSince: (at) => sweep.stalledSince(at),
    isFailing: (handle) => (roster.find(handle)?.health.misses ?? 0) > 0,
    again: (entry, inMs) => sweep.extra(entry, clock.now().getTime() + inMs, 'quick'),
    onFirstMiss: lookEarly,
  });
  const sweep = createSweep({
    ...{ ...deps, roster, check: conclude, intervalMs },
    mostInFlight: settings.mostInFlight,
    handshakesPerSecond: settings.handshakesPerSecond,
  });
  const shards = createShards({
    ...deps,
    onTaken: (shard) => roster.load(shard),
    onLost: (shard) => roster.drop(shard),
  });
  const upkeep = createUpkeep({ ...deps, roster, shards, lookEarly });
  const rearm = createRearm({
    ...{ ...deps, words },
    onRearmed() {
      for (const { seenTo } of roster.entries()) seenTo.clear();
    },
  });

  return {
    async run(signal) {
      setMaxListeners(0, signal); // every check in flight listens to it
      const loops = [sweep, batch, online, services, upkeep, rearm].map((one) => one.run(signal));
      await Promise.all(loops);
      await batch.flush().catch((error: unknown) => {
        log.warn({ error: toOpsError(error).message }, 'the last checks were not written');
      });
      await shards.close();
    },
    lookNow(handle) {
      const entry = roster.find(handle);
      if (entry !== null) sweep.extra(entry, clock.now().getTime(), 'quick');
    },
    isOnline: async () => (await online.ask(clock.now())) === 'online',
    figures: () => ({ servers: roster.size, inFlight: sweep.inFlight }),
  };
}
