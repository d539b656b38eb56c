import { MISSES_TO_BE_DOWN } from '#domain/health/advance.ts';
import { isFreshTurn, nextSlot } from '#domain/health/slots.ts';
import type { Clock, Metrics } from '#domain/ports.ts';
import { createAgenda } from './agenda.ts';
import { dueAt, type Entry, isClosing } from './entry.ts';
import { createHandshakeBudget } from './handshake-budget.ts';
import type { Roster } from './roster.ts';

/** A check in its turn may take longer than one that only confirms a miss. */
const CHECK_MS = 6000;
const RECHECK_MS = 3000;
const NEVER = Number.POSITIVE_INFINITY;
/** Sleeps are cut here, so that a jump of the clock and a new server are seen soon. */
const MOST_SLEEP_MS = 5000;
/** Due times closer than this are served together. */
const LEAST_SLEEP_MS = 20;
/** A wake-up that is later than this was held up: by our own process, or by a clock that jumped. */
const STALL_MS = 2000;
/** The part of all checks in flight that failing servers may take: the rest is for the others. */
const SHARE_OF_FAILING = 0.6;

export type Turn = 'slot' | 'early' | 'quick';
export interface Plan {
  readonly turn: Turn;
  readonly fresh: boolean;
  readonly deadlineMs: number;
}

export interface SweepDeps {
  readonly roster: Roster;
  /** One look and all that follows from it; never rejects. */
  readonly check: (entry: Entry, plan: Plan, signal: AbortSignal) => Promise<void>;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly intervalMs: number;
  readonly mostInFlight: number;
  readonly handshakesPerSecond: number;
}

/** Begins each look in its time. Servers that fail wait in a lane of their own. */
export function createSweep(deps: SweepDeps) {
  const { roster, clock, metrics, intervalMs, mostInFlight } = deps;
  const lanes = {
    well: { agenda: createAgenda(), inFlight: 0, most: mostInFlight },
    failing: {
      ...{ agenda: createAgenda(), inFlight: 0 },
      most: Math.max(1, Math.floor(mostInFlight * SHARE_OF_FAILING)),
    },
  };
  const budget = createHandshakeBudget(deps.handshakesPerSecond);
  let wakeAt = NEVER;
  let alarm = new AbortController();
  let stalledAt = 0;
  const total = () => lanes.well.inFlight + lanes.failing.inFlight;
  const laneOf = ({ health }: Entry) => (health.misses > 0 ? lanes.failing : lanes.well);

  /** Its place has changed. */
  function put(entry: Entry): void {
    if (entry.dropped || entry.inFlight) return;
    laneOf(entry).agenda.put(entry);
    if (dueAt(entry) < wakeAt) alarm.abort();
  }

  /** Kept connections cost next to nothing; logins are spread. Null: later, when there is room. */
  function planOf(entry: Entry, now: number): Plan | null {
    const { health, server } = entry;
    const turn: Turn = entry.slotAt <= now ? 'slot' : entry.extra;
    if (!server.hasLogin) return { turn, fresh: true, deadlineMs: CHECK_MS };
    if (health.misses > 0 || turn === 'quick' || isClosing(entry)) {
      const suspected = health.misses > 0 && health.misses < MISSES_TO_BE_DOWN;
      return { turn, fresh: true, deadlineMs: suspected ? RECHECK_MS : CHECK_MS };
    }
    if (!entry.connected) {
      entry.placeAt ??= budget.reserve(now);
      // Its login is the one that is kept.
      if (entry.placeAt <= now) return { turn, fresh: false, deadlineMs: CHECK_MS };
      entry.slotAt = entry.placeAt;
      entry.extraAt = NEVER;
      return null;
    }
    const due = entry.owesFresh || (turn === 'slot' && isFreshTurn(server.id, health.checks));
    const fresh = due && budget.take(now);
    entry.owesFresh = due && !fresh;
    return { turn, fresh, deadlineMs: CHECK_MS };
  }

  function begin(entry: Entry, now: number, signal: AbortSignal): void {
    // A turn that was slept through belongs to the past; its next one is near.
    if (now - entry.slotAt > intervalMs) entry.slotAt = nextSlot(entry.server.id, intervalMs, now);
    const plan = dueAt(entry) > now ? null : planOf(entry, now);
    if (plan === null) {
      put(entry);
      return;
    }
    if (plan.turn === 'slot') {
      metrics.observe('zavhoz_health_check_late_seconds', (now - entry.slotAt) / 1000);
      entry.slotAt = nextSlot(entry.server.id, intervalMs, now);
    }
    entry.extraAt = NEVER;
    entry.inFlight = true;
    const lane = laneOf(entry);
    lane.inFlight++;
    void deps.check(entry, plan, signal).finally(() => {
      const full = lane.inFlight >= lane.most || total() >= mostInFlight;
      lane.inFlight--;
      entry.inFlight = false;
      put(entry);
      if (full) alarm.abort();
    });
  }

  function pump(now: number, signal: AbortSignal): number {
    let next = now + MOST_SLEEP_MS;
    for (const lane of [lanes.failing, lanes.well]) {
      while (lane.inFlight < lane.most && total() < mostInFlight) {
        const entry = lane.agenda.take(now);
        if (entry === null) break;
        // It may have come under the other heading since it was put here.
        if (laneOf(entry) === lane) begin(entry, now, signal);
        else put(entry);
      }
    }
    for (const lane of [lanes.failing, lanes.well]) {
      const room = lane.inFlight < lane.most && total() < mostInFlight;
      if (room) next = Math.min(next, lane.agenda.nextAt());
    }
    return next;
  }

  return {
    put,
    /** An extra look, unless one comes sooner anyway. */
    extra(entry: Entry, at: number, turn: 'quick' | 'early'): void {
      if (dueAt(entry) <= at) return;
      entry.extraAt = at;
      entry.extra = turn;
      put(entry);
    },
    /** Whether this process was held up since then: what timed out meanwhile says nothing. */
    stalledSince: (at: number): boolean =>
      stalledAt >= at || clock.now().getTime() - wakeAt > STALL_MS,
    get inFlight() {
      return total();
    },
    async run(signal: AbortSignal): Promise<void> {
      let last = clock.now().getTime();
      signal.addEventListener('abort', () => alarm.abort(), { once: true });
      while (!signal.aborted) {
        const now = clock.now().getTime();
        const jumped = now < last - STALL_MS || now - wakeAt > intervalMs;
        if (now - wakeAt > STALL_MS) stalledAt = now;
        last = now;
        if (jumped) roster.replan();
        alarm = new AbortController();
        // Nothing that is put in its place now needs to wake us.
        wakeAt = Number.NEGATIVE_INFINITY;
        const next = pump(now, signal);
        metrics.gauge('zavhoz_health_checks_in_flight', total());
        wakeAt = Math.max(next, now + LEAST_SLEEP_MS);
        await clock.sleep(wakeAt - now, alarm.signal).catch(() => undefined);
      }
    },
  };
}
export type Sweep = ReturnType<typeof createSweep>;
