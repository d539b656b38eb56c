import type { Fault } from '#domain/health/faults.ts';
import type { OutsideProbe } from '#domain/health/probes.ts';
import type { HostCheck } from '#domain/health/reading.ts';
import type { Incident, IncidentType, Severity } from '#domain/incident.ts';
import type { Clock, Logger, Metrics } from '#domain/ports.ts';
import type {
  IncidentRepository,
  OperationRepository,
  ServerRepository,
} from '#domain/repositories.ts';
import type { Breaker } from './breaker.ts';
import { DOWN_TYPES, type Entry } from './entry.ts';
import type { Online } from './online.ts';
import type { Suspended } from './suspended.ts';
import { createUnderWay } from './under-way.ts';
import type { Words } from './words.ts';

export interface DeskDeps {
  readonly incidents: IncidentRepository;
  readonly servers: Pick<ServerRepository, 'require'>;
  readonly operations: Pick<OperationRepository, 'list'>;
  readonly outside: OutsideProbe;
  readonly online: Pick<Online, 'ask' | 'goBlind'>;
  readonly isMassive: Breaker;
  readonly isSuspended: Suspended;
  readonly words: Words;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
}

const SEVERITIES: Partial<Readonly<Record<IncidentType, Severity>>> = {
  server_unreachable: 'critical',
  server_degraded: 'warning',
  flapping: 'warning',
  certificate_expiring: 'warning',
};
const PING_MS = 2000;
const DAY_MS = 86_400_000;
const BY_ITSELF = 'It answers again: good fresh logins in a row.';

/** Verdicts become incidents here, and incidents end. Each call may be repeated without harm. */
export function createDesk(deps: DeskDeps) {
  const { incidents, servers, online, words, log, metrics } = deps;
  const { isRecovering, isWorkedOn } = createUnderWay(deps);

  /** Opens it (or joins what is open), and sees to message and recovery. */
  async function open(
    entry: Entry,
    type: IncidentType,
    details: string,
    more: { muted?: boolean; failedAt?: Date; services?: readonly string[] } = {},
  ): Promise<void> {
    const { incident, outcome } = await incidents.openWith({
      ...{ type, serverHandle: entry.server.handle, severity: SEVERITIES[type] ?? 'error' },
      ...{ details, operationId: null, muted: more.muted ?? false },
      ...(more.failedAt && { failedAt: more.failedAt }),
      ...(more.services && { affectedServices: more.services }),
    });
    entry.open[type] = incident.id;
    if (outcome !== 'joined') {
      metrics.count('incidents_total', { type });
      log.warn({ server: entry.server.handle, type, incident: incident.id, details }, 'incident');
    }
    await seeTo(entry, incident);
  }

  async function seeTo(entry: Entry, incident: Incident): Promise<void> {
    const server = await servers.require(entry.server.handle);
    await words.opened(incident, server);
    // What a mass failure stops is seen to anew after the re-arm, all of it, and not before.
    const done = (await words.recover(incident, server)) || (incident.muted && words.isStopped());
    if (await done) entry.seenTo.add(incident.id);
  }

  /** What it is that does not answer. */
  async function typeOf(entry: Entry, check: HostCheck, many: boolean, signal: AbortSignal) {
    // A whole fleet's worth of questions is no help to a provider that is in trouble itself.
    const server = many ? null : await servers.require(entry.server.handle);
    if (server !== null && (await deps.isSuspended(server, signal))) return 'suspended';
    const { outcome } = check;
    if (outcome === 'login_refused' || outcome === 'host_key_changed') return 'ssh_blocked';
    const { address } = entry.server;
    if (outcome !== 'refused' || address === null) return 'server_unreachable';
    const bounds = { deadlineMs: PING_MS, signal };
    return (await deps.outside.ping(address, bounds)) ? 'ssh_blocked' : 'server_unreachable';
  }

  /** The ladder gave it up and it was never well since: it is a human's now. */
  async function isHandedOver({ server, health }: Entry, type: IncidentType): Promise<boolean> {
    const { items } = await incidents.list(
      { serverHandle: server.handle, type },
      { offset: 0, limit: 1 },
    );
    const [last] = items;
    if (last?.status !== 'failed' || last.resolvedAt === null) return false;
    return health.lastGoodAt === null || health.lastGoodAt < last.resolvedAt;
  }

  /** The latest incident of a type that a ladder could not end, of the last day. */
  async function givenUp({ server }: Entry, type: IncidentType): Promise<Incident | null> {
    const filter = { serverHandle: server.handle, type };
    const [last] = (await incidents.list(filter, { offset: 0, limit: 1 })).items;
    if (last?.status !== 'failed' || last.resolvedAt === null) return null;
    return deps.clock.now().getTime() - last.resolvedAt.getTime() < DAY_MS ? last : null;
  }

  async function close(entry: Entry, types: readonly IncidentType[], reason: string, tell = true) {
    for (const incident of await incidents.resolve(entry.server.handle, types, reason)) {
      log.info({ server: entry.server.handle, type: incident.type }, 'incident resolved');
      entry.seenTo.delete(incident.id);
      if (tell) await words.resolved(incident);
    }
    for (const type of types) delete entry.open[type];
  }

  return {
    open,

    /** It is down: whose trouble is it, and is it one or many? */
    async down(entry: Entry, check: HostCheck, signal: AbortSignal): Promise<void> {
      if (await isWorkedOn(entry.server.handle)) return;
      const since = entry.health.missingSince ?? deps.clock.now();
      if ((await online.ask(since)) === 'offline') return online.goBlind(since);
      const muted = await deps.isMassive();
      const type = await typeOf(entry, check, muted, signal);
      if (entry.open[type] !== undefined) return;
      if (await isHandedOver(entry, type)) {
        entry.handedOver = true;
        return;
      }
      const services = entry.server.services.map(({ name }) => name);
      await open(entry, type, check.message, { muted, failedAt: since, services });
      // The same trouble under its right name.
      const others = DOWN_TYPES.filter((one) => one !== type && entry.open[one] !== undefined);
      if (others.length > 0) await close(entry, others, `It is ${type} by now.`, false);
    },

    /** An incident that this process did not open: whoever did may have been cut short. */
    async ensure(entry: Entry, incidentId: string): Promise<void> {
      const incident = await incidents.find(incidentId);
      if (incident !== null) await seeTo(entry, incident);
    },

    /** It is back, without our help. */
    async up(entry: Entry, servicesAreWell: () => Promise<boolean>): Promise<void> {
      const { handle, status } = entry.server;
      if (await isRecovering(handle)) return;
      const types = DOWN_TYPES.filter((type) => entry.open[type] !== undefined);
      if (types.length > 0) {
        if (await servicesAreWell()) await close(entry, types, BY_ITSELF);
        return;
      }
      if (status !== 'error') return;
      // Given up by the ladder, and well again all the same.
      for (const type of DOWN_TYPES) {
        const filter = { serverHandle: handle, type };
        const [last] = (await incidents.list(filter, { offset: 0, limit: 1 })).items;
        if (last?.status !== 'failed' || !(await servicesAreWell())) continue;
        const patch = { status: 'resolved', closeReason: BY_ITSELF } as const;
        await words.resolved(await incidents.update(last.id, patch, 'agent'));
      }
    },

    /** A fault of a host that answers; one that was given up is a human's until it has gone. */
    async fault(entry: Entry, fault: Fault, details: string): Promise<void> {
      if ((await givenUp(entry, fault)) === null) await open(entry, fault, details);
      else entry.givenUp.add(fault);
    },

    /** Given up by the ladder, and gone all the same. */
    async overAfterAll(entry: Entry, fault: Fault, reason: string): Promise<void> {
      const last = await givenUp(entry, fault);
      if (last !== null) {
        const patch = { status: 'resolved', closeReason: reason } as const;
        await words.resolved(await incidents.update(last.id, patch, 'agent'));
      }
      entry.givenUp.delete(fault);
    },

    /** A fault is over. */
    async clear(entry: Entry, type: IncidentType, reason: string): Promise<void> {
      if (await isRecovering(entry.server.handle)) return;
      await close(entry, [type], reason);
    },
  };
}
export type Desk = ReturnType<typeof createDesk>;
