import { OpsError } from '#domain/errors.ts';
import { DEFAULT_FAILURE_LIMITS } from '#domain/fleet.ts';
import type { HostProbe, OutsideProbe, ServiceAnswer } from '#domain/health/probes.ts';
import type { CheckOutcome, HostReading } from '#domain/health/reading.ts';
import type { WatchedServer } from '#domain/health/target.ts';
import type { Operation, OperationCommand, OperationStatus } from '#domain/operation.ts';
import type { Leases } from '#domain/ports.ts';
import type { ProviderFacts } from '#domain/provider.ts';
import type { RungRecord } from '#domain/recovery.ts';
import type { SshTarget } from '#domain/remote.ts';
import { createHealthWorker, type HealthWorkerDeps } from '#workers/health/index.ts';
import { serverEntity } from '../builders/server-entity.ts';
import { createRecordingLogger } from './logger.ts';
import { memoryHealthRepositories } from './memory-health.ts';
import { goodReading } from './memory-host-probe.ts';
import { type VirtualClock, virtualClock } from './virtual-clock.ts';

/** What the world does with a server: it is up, or how a look at it ends. */
export type Fate = 'up' | Exclude<CheckOutcome, 'answered'>;

export interface Lookup {
  readonly handle: string;
  readonly fresh: boolean;
  /** Seconds after the start of the stage. */
  readonly at: number;
}

/** The health worker over a fleet in memory, on a clock that passes when told to. */
export function healthStage(
  fleet: readonly WatchedServer[],
  over: { readonly settings?: Partial<HealthWorkerDeps['settings']>; clock?: VirtualClock } = {},
) {
  const clock = over.clock ?? virtualClock();
  const startedAt = clock.now().getTime();
  const seconds = () => (clock.now().getTime() - startedAt) / 1000;
  const memory = memoryHealthRepositories(clock);
  for (const server of fleet) memory.servers.set(server.id, server);
  const ids = new Map(fleet.map(({ handle, id }) => [handle, id]));
  const fates = new Map<string, Fate>();
  const readings = new Map<string, Partial<HostReading>>();
  const services = new Map<string, ServiceAnswer['state']>();
  const lookups: Lookup[] = [];
  const orders: OperationCommand[] = [];
  const suspended = new Set<string>();
  const running = new Set<string>();
  const operations = new Map<string, OperationStatus>();
  const rungs: RungRecord[] = [];
  /** Servers on which an operation is under way, by its kind. */
  const worked = new Map<string, Operation['kind']>();
  const world = { network: true, pings: true, database: true };
  const log = createRecordingLogger();
  let inFlight = 0;
  let mostInFlight = 0;

  const hosts: HostProbe = {
    async check({ handle }, { fresh, deadlineMs, signal }) {
      lookups.push({ handle, fresh, at: seconds() });
      mostInFlight = Math.max(mostInFlight, ++inFlight);
      try {
        const fate = world.network ? (fates.get(handle) ?? 'up') : 'timeout';
        await clock.sleep(fate === 'timeout' || fate === 'unreachable' ? deadlineMs : 40, signal);
        const base = { fresh, latencyMs: 40, message: fate === 'up' ? '' : `It is ${fate}.` };
        return fate === 'up'
          ? { ...base, outcome: 'answered', reading: goodReading(readings.get(handle)) }
          : { ...base, outcome: fate, reading: null };
      } finally {
        inFlight--;
      }
    },
    drop: () => {},
    kept: 0,
    close: async () => {},
  };
  const outside: OutsideProbe = {
    ping: async () => world.network && world.pings,
    async service(_, check) {
      const state = services.get(check.kind === 'http' ? check.url : check.kind) ?? 'ok';
      return { state, reason: `it is ${state}`, latencyMs: 1, expiresAt: null };
    },
  };
  const leases: Leases = {
    take: async (resource) => ({
      ...{ resource, fence: 1, signal: new AbortController().signal },
      release: async () => {},
    }),
  };
  const find = (handle: string) => {
    const id = ids.get(handle);
    return id === undefined ? undefined : memory.servers.get(id);
  };
  const entity = (handle: string) => {
    const server = find(handle);
    const { id, care, handsOff, status } = server ?? {};
    return serverEntity(handle, { id, care, handsOff, status, mode: server?.mode ?? null });
  };
  const target = ({ handle, address, port }: WatchedServer) =>
    ({ handle, host: address, port }) as SshTarget;
  /** While the database is away nothing of the desk's is stored. */
  const stored = <T extends object>(repository: T): T =>
    new Proxy(repository, {
      get(all, name) {
        const method = Reflect.get(all, name) as (...args: unknown[]) => Promise<unknown>;
        return async (...args: unknown[]) => {
          if (!world.database) throw new OpsError('storage_unavailable', 'The database is away.');
          return method.apply(all, args);
        };
      },
    });
  const { health, incidents, fleet: fleetRows, outbox } = memory.repositories;
  const worker = createHealthWorker({
    ...{ health: stored(health), incidents: stored(incidents), fleet: stored(fleetRows) },
    outbox: stored(outbox),
    ...{ hosts, outside, leases, clock, log },
    servers: {
      require: async (handle: string) => entity(handle),
      find: async (handle: string) => entity(handle),
    },
    groups: { require: async () => ({ policy: { mode: 'auto' } }) },
    operations: {
      list: async ({ serverHandle }: { serverHandle: string }) => ({
        items: [worked.get(serverHandle)].flatMap((kind) => (kind ? [{ kind } as Operation] : [])),
        total: running.has(serverHandle) ? 1 : 0,
      }),
      find: async (id: string) =>
        operations.has(id) ? ({ id, status: operations.get(id) } as Operation) : null,
    },
    recoveries: { ofIncident: async () => rungs },
    witnesses: ['a', 'b', 'c'].map((name) => ({
      name,
      async ask({ deadlineMs }: { deadlineMs: number }) {
        await clock.sleep(world.network ? 10 : deadlineMs);
        return world.network;
      },
    })),
    agent: { submit: async (command: OperationCommand) => void orders.push(command) },
    targetOf: async (handle: string) => {
      const server = find(handle);
      return server ? target(server) : null;
    },
    factsOf: async ({ handle }: { handle: string }) =>
      ({ state: suspended.has(handle) ? 'suspended' : 'active' }) as ProviderFacts,
    metrics: { count() {}, observe() {}, gauge() {} },
    settings: {
      ...{ intervalSeconds: 60, mostInFlight: 200, handshakesPerSecond: 20 },
      failureLimits: DEFAULT_FAILURE_LIMITS,
      ...over.settings,
    },
  } as unknown as HealthWorkerDeps);
  const stop = new AbortController();
  const ended = worker.run(stop.signal);

  return {
    ...{ clock, memory, fates, readings, services, lookups, orders, suspended, running, world },
    ...{ operations, rungs },
    ...{
      clock,
      memory,
      fates,
      readings,
      services,
      lookups,
      orders,
      suspended,
      running,
      worked,
      world,
    },
    ...{ log, worker, seconds },
    /** Lets so many seconds pass. */
    pass: (time: number) => clock.advance(time * 1000),
    fail: (handles: Iterable<string>, fate: Fate = 'unreachable') => {
      for (const handle of handles) fates.set(handle, fate);
    },
    heal: (handles: Iterable<string>) => {
      for (const handle of handles) fates.delete(handle);
    },
    change: (handle: string, patch: Partial<WatchedServer>) => {
      const server = find(handle);
      if (server !== undefined) memory.servers.set(server.id, { ...server, ...patch });
    },
    get told() {
      return memory.told.map(({ kind, params }) =>
        `${kind} ${params.server ?? params.where ?? ''}`.trim(),
      );
    },
    get mostInFlight() {
      return mostInFlight;
    },
    async end() {
      stop.abort();
      await clock.advance(10_000);
      await ended;
    },
  };
}
export type HealthStage = ReturnType<typeof healthStage>;

/** A fleet of hundreds over minutes takes its time where the machine is busy. */
export const PATIENCE = { timeout: 120_000 };

/** A fleet that has run long enough for every server to have been looked at. */
export async function settledStage(fleet: readonly WatchedServer[]): Promise<HealthStage> {
  const stage = healthStage(fleet);
  await stage.pass(125);
  return stage;
}
