import { randomUUID } from 'node:crypto';
import type { FleetPicture, FleetState } from '#domain/fleet.ts';
import { subnetOf } from '#domain/health/online.ts';
import type { HealthSample, TargetHealth, WatchedServer } from '#domain/health/target.ts';
import type { Incident } from '#domain/incident.ts';
import type { Notification } from '#domain/notification.ts';
import type { Clock } from '#domain/ports.ts';
import type {
  FleetRepository,
  HealthRepository,
  IncidentRepository,
  OutboxRepository,
} from '#domain/repositories.ts';
import { CALM } from './memory-fleet.ts';

/** Repositories of the health worker in memory; they promise what the real ones do. */
export function memoryHealthRepositories(clock: Clock) {
  const servers = new Map<string, WatchedServer>();
  const targets = new Map<string, TargetHealth>();
  const samples: HealthSample[] = [];
  const incidents: Incident[] = [];
  const notifications = new Map<string, Notification>();
  const witnesses: Record<string, Date> = {};
  let fleetState: FleetState = CALM;
  const isOpen = ({ status }: Incident) => status === 'detected' || status === 'recovering';
  const replace = (incident: Incident, patch: Partial<Incident>): Incident => {
    const next = { ...incident, ...patch };
    incidents[incidents.indexOf(incident)] = next;
    return next;
  };

  const health: Pick<
    HealthRepository,
    'watched' | 'watchedSince' | 'target' | 'write' | 'picture' | 'witnesses' | 'witnessed'
  > = {
    async watched(shard, shards) {
      return [...servers.values()]
        .filter(({ id }) => Number.parseInt(id.slice(-8), 16) % shards === shard)
        .map((server) => ({
          ...server,
          health: targets.get(server.id) ?? null,
          openIncidents: Object.fromEntries(
            incidents
              .filter((one) => isOpen(one) && one.serverHandle === server.handle)
              .map((one) => [one.type, one.id]),
          ),
        }));
    },
    async watchedSince(shard, shards, known) {
      const bare = (await health.watched(shard, shards)).map((one) => ({ ...one, health: null }));
      const digest = JSON.stringify(bare);
      return digest === known ? null : { digest, servers: bare };
    },
    target: async (id) => targets.get(id) ?? null,
    async write(rows) {
      for (const { health: target, sample } of rows) {
        targets.set(target.serverId, target);
        samples.push(sample);
      }
    },
    async picture(since): Promise<FleetPicture> {
      const counted = [...servers.values()].filter(({ underMaintenance }) => !underMaintenance);
      const count = (name: (server: WatchedServer) => string | null) => {
        const sums: Record<string, number> = {};
        for (const server of counted) {
          const key = name(server);
          if (key !== null) sums[key] = (sums[key] ?? 0) + 1;
        }
        return sums;
      };
      const providerOf = ({ providerAccount }: WatchedServer) =>
        providerAccount.split(':')[0] ?? providerAccount;
      const subnet = ({ address }: WatchedServer) => (address === null ? null : subnetOf(address));
      return {
        total: counted.length,
        byProvider: count(providerOf),
        byAccount: count((server) => server.providerAccount),
        byRegion: count((server) => server.region),
        bySubnet: count(subnet),
        failing: counted
          .filter(({ id }) => (targets.get(id)?.missingSince ?? new Date(0)) >= since)
          .map((server) => ({
            ...{ handle: server.handle, provider: providerOf(server) },
            providerAccount: server.providerAccount,
            ...{ region: server.region, subnet: subnet(server) },
          })),
      };
    },
    witnesses: async () => witnesses,
    async witnessed(names, at) {
      for (const name of names) witnesses[name] = at;
    },
  };

  const incidentRepository: Pick<
    IncidentRepository,
    'openWith' | 'find' | 'list' | 'update' | 'resolve'
  > = {
    async openWith(input) {
      const same = incidents.filter(
        ({ type, serverHandle }) => type === input.type && serverHandle === input.serverHandle,
      );
      const open = same.find(isOpen);
      if (open) return { incident: open, outcome: 'joined' };
      const recent = same.find(
        ({ resolvedAt }) => resolvedAt && clock.now().getTime() - resolvedAt.getTime() < 600_000,
      );
      if (recent) {
        const again: Partial<Incident> = {
          ...{ status: 'detected' as const, resolvedAt: null, reopened: recent.reopened + 1 },
          muted: input.muted ?? false,
        };
        return { incident: replace(recent, again), outcome: 'reopened' };
      }
      const incident: Incident = {
        ...{ id: randomUUID(), type: input.type, status: 'detected', severity: input.severity },
        ...{ serverHandle: input.serverHandle, details: input.details, operationId: null },
        ...{ affectedServices: input.affectedServices ?? [], takenBy: null, takenAt: null },
        ...{ recoveryAttempts: 0, failedAt: input.failedAt ?? clock.now(), reopened: 0 },
        ...{ detectedAt: clock.now(), muted: input.muted ?? false, resolvedAt: null },
        ...{ closedBy: null, closeReason: null },
      };
      incidents.push(incident);
      return { incident, outcome: 'opened' };
    },
    find: async (id) => incidents.find((one) => one.id === id) ?? null,
    async list({ status, serverHandle, type }, { offset, limit }) {
      const fitting = incidents
        .filter((one) => status === undefined || status.includes(one.status))
        .filter((one) => serverHandle === undefined || one.serverHandle === serverHandle)
        .filter((one) => type === undefined || one.type === type)
        .reverse();
      return { items: fitting.slice(offset, offset + limit), total: fitting.length };
    },
    async update(id, patch) {
      const incident = incidents.find((one) => one.id === id) as Incident;
      const ends = patch.status === 'resolved' || patch.status === 'failed';
      return replace(incident, { ...patch, ...(ends && { resolvedAt: clock.now() }) });
    },
    async resolve(serverHandle, types) {
      return incidents
        .filter((one) => isOpen(one) && one.serverHandle === serverHandle)
        .filter(({ type }) => types.includes(type))
        .map((one) => replace(one, { status: 'resolved', resolvedAt: clock.now() }));
    },
  };

  const fleet: FleetRepository = {
    heartbeat: async () => null,
    state: async () => fleetState,
    async freeze(by, reason, at) {
      if (fleetState.frozenAt !== null) return false;
      fleetState = { ...fleetState, frozenAt: at, frozenBy: by, frozenReason: reason };
      return true;
    },
    async rearm(_by, at) {
      const before = fleetState;
      const none = { frozenAt: null, frozenBy: null, frozenReason: null };
      fleetState = { ...before, ...none, breakerOpenAt: null, breakerReason: null, rearmedAt: at };
      return before;
    },
    async openBreaker(reason, at) {
      if (fleetState.breakerOpenAt !== null) return false;
      fleetState = { ...fleetState, breakerOpenAt: at, breakerReason: reason };
      return true;
    },
    async setBlind(since) {
      const before = fleetState;
      fleetState = { ...fleetState, blindSince: since };
      return before;
    },
    async setEpoch(epoch, from) {
      if (fleetState.epoch !== from) return false;
      fleetState = { ...fleetState, epoch };
      return true;
    },
  };

  const outbox: Pick<OutboxRepository, 'enqueue'> = {
    async enqueue(notification) {
      if (!notifications.has(notification.dedupeKey)) {
        notifications.set(notification.dedupeKey, notification);
      }
    },
  };

  return {
    ...{ servers, targets, samples, incidents, witnesses },
    repositories: { health, incidents: incidentRepository, fleet, outbox },
    get fleet() {
      return fleetState;
    },
    set fleet(state: FleetState) {
      fleetState = state;
    },
    get told(): readonly Notification[] {
      return [...notifications.values()];
    },
  };
}
