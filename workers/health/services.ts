import { toOpsError } from '#domain/errors.ts';
import { FAULT_CHECKS, FAULT_GOODS } from '#domain/health/faults.ts';
import type { OutsideProbe } from '#domain/health/probes.ts';
import { nextSlot } from '#domain/health/slots.ts';
import type { WatchedService } from '#domain/health/target.ts';
import type { Clock, Logger, Metrics } from '#domain/ports.ts';
import type { Desk } from './desk.ts';
import type { Entry } from './entry.ts';

/** Services have slots of their own, this many times slower than those of servers. */
const SLOWER = 2;
const RECHECK_MS = 5000;
const DEADLINE_MS = 5000;
const MOST_IN_FLIGHT = 20;
const MOST_SLEEP_MS = 5000;

/** Checks in a row, bad and good, of one service: whether it works, and its certificate. */
interface Tally {
  bad: number;
  good: number;
  expiring: number;
  valid: number;
  reason: string;
}
interface Watched {
  readonly entry: Entry;
  nextAt: number;
  inFlight: boolean;
  readonly tallies: Map<string, Tally>;
}

export interface ServicesDeps {
  readonly outside: OutsideProbe;
  readonly desk: Pick<Desk, 'open' | 'ensure' | 'clear'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly intervalMs: number;
}

/** Looks at services from outside: HTTP, TCP, certificates. */
export function createServices(deps: ServicesDeps) {
  const { outside, desk, clock, log, metrics } = deps;
  const intervalMs = deps.intervalMs * SLOWER;
  const all = new Map<string, Watched>();
  let inFlight = 0;
  const never = new AbortController().signal;

  /** Nothing is said of a service while its server is down, or while nobody knows. */
  const mayBeReported = ({ entry: { server, health, dropped } }: Watched): boolean =>
    !dropped &&
    health.misses === 0 &&
    health.state !== 'unknown' &&
    !server.underMaintenance &&
    !server.busy;

  async function lookAt(watched: Watched, service: WatchedService, signal: AbortSignal) {
    const { address } = watched.entry.server;
    const tally = watched.tallies.get(service.id) ?? {
      ...{ bad: 0, good: 0, expiring: 0, valid: 0, reason: '' },
    };
    watched.tallies.set(service.id, tally);
    let worst: string | null = null;
    for (const check of service.checks) {
      if (address === null) return;
      // Ports behind a jump host are not seen from here; a page may have a public address.
      if (watched.entry.server.jumpHost !== null && check.kind !== 'http') continue;
      const bounds = { deadlineMs: DEADLINE_MS, signal };
      const { state, reason, expiresAt } = await outside.service(address, check, bounds);
      const over = expiresAt !== null && expiresAt <= clock.now();
      if (check.kind === 'tls' && (state === 'degraded' || over)) {
        Object.assign(tally, { expiring: tally.expiring + 1, valid: 0 });
        tally.reason = `${service.name}: ${reason}`;
      } else if (check.kind === 'tls' && state === 'ok') {
        Object.assign(tally, { expiring: 0, valid: tally.valid + 1 });
      }
      if (state === 'failed' && !over) worst ??= `${service.name}: ${reason}`;
    }
    if (worst === null) Object.assign(tally, { bad: 0, good: tally.good + 1 });
    else {
      Object.assign(tally, { bad: tally.bad + 1, good: 0, reason: worst });
      metrics.count('server_health_check_failures_total', { check: 'service' });
    }
  }

  async function checkAll(watched: Watched, signal: AbortSignal): Promise<void> {
    const { services } = watched.entry.server;
    await Promise.all(services.map((service) => lookAt(watched, service, signal)));
    for (const id of watched.tallies.keys()) {
      if (!services.some((service) => service.id === id)) watched.tallies.delete(id);
    }
    if (mayBeReported(watched)) await report(watched);
  }

  async function report({ entry, tallies }: Watched): Promise<void> {
    const list = [...tallies.entries()];
    const nameOf = (id: string) => entry.server.services.find((one) => one.id === id)?.name ?? id;
    const down = list.filter(([, { bad }]) => bad >= FAULT_CHECKS);
    const aging = list.filter(([, { expiring }]) => expiring >= FAULT_GOODS);
    const tell = async (type: 'service_down' | 'certificate_expiring', which: typeof list) => {
      const details = which.map(([, { reason }]) => reason).join('; ');
      await desk.open(entry, type, details, { services: which.map(([id]) => nameOf(id)) });
    };
    const open = entry.open.service_down;
    if (down.length > 0 && open === undefined) await tell('service_down', down);
    else if (down.length > 0 && open && !entry.seenTo.has(open)) await desk.ensure(entry, open);
    if (aging.length > 0 && !entry.open.certificate_expiring)
      await tell('certificate_expiring', aging);
    if (entry.open.service_down && list.every(([, { good }]) => good >= FAULT_GOODS)) {
      await desk.clear(entry, 'service_down', 'All its services answer again.');
    }
    if (entry.open.certificate_expiring && list.every(([, { expiring }]) => expiring === 0)) {
      await desk.clear(
        entry,
        'certificate_expiring',
        'Its certificates are valid for long enough.',
      );
    }
  }

  async function turn(watched: Watched, signal: AbortSignal): Promise<void> {
    watched.inFlight = true;
    inFlight++;
    try {
      await checkAll(watched, signal);
    } catch (error) {
      if (signal.aborted) return;
      const { handle } = watched.entry.server;
      log.warn({ server: handle, error: toOpsError(error).message }, 'services not checked');
    } finally {
      watched.inFlight = false;
      inFlight--;
      watched.nextAt = nextTurn(watched);
    }
  }

  /** Soon while something is about to be decided, else in its slot. */
  function nextTurn({ entry, tallies }: Watched): number {
    const now = clock.now().getTime();
    const unsure = [...tallies.values()].some(
      ({ bad, good }) => (bad > 0 && bad < FAULT_CHECKS) || (entry.open.service_down && good === 1),
    );
    return unsure ? now + RECHECK_MS : nextSlot(`services:${entry.server.id}`, intervalMs, now);
  }

  return {
    /** Those of a server that came under our eyes; none: nothing to do. */
    watch(entry: Entry): void {
      const { id, services } = entry.server;
      const known = all.get(id);
      if (services.length === 0 || (known && known.entry !== entry)) all.delete(id);
      if (services.length === 0 || known?.entry === entry) return;
      const watched = { entry, nextAt: 0, inFlight: false, tallies: new Map() };
      all.set(id, { ...watched, nextAt: nextTurn(watched) });
    },
    forget: (serverId: string) => all.delete(serverId),
    /** Looks now. True when all work, or when those that do not have an incident of their own. */
    async areWell(entry: Entry): Promise<boolean> {
      const watched = all.get(entry.server.id);
      if (watched === undefined) return true;
      await checkAll(watched, never);
      const failing = [...watched.tallies.values()].some(({ bad }) => bad > 0);
      return !failing || entry.open.service_down !== undefined;
    },
    async run(signal: AbortSignal): Promise<void> {
      while (!signal.aborted) {
        const now = clock.now().getTime();
        let next = now + MOST_SLEEP_MS;
        for (const watched of all.values()) {
          if (watched.inFlight) continue;
          if (watched.nextAt - now > intervalMs) watched.nextAt = nextTurn(watched);
          if (watched.nextAt > now) next = Math.min(next, watched.nextAt);
          else if (watched.entry.health.misses > 0) watched.nextAt = nextTurn(watched);
          else if (inFlight < MOST_IN_FLIGHT) void turn(watched, signal);
          else next = now + 100;
        }
        await clock.sleep(Math.max(20, next - now), signal).catch(() => undefined);
      }
    },
  };
}
export type Services = ReturnType<typeof createServices>;
