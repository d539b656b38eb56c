import { countFaults, FAULT_CHECKS, FAULT_GOODS, FAULTS, type Streaks } from './faults.ts';
import { DEFAULT_FLAP_LIMITS, type FlapLimits, isFlapping, remember } from './flapping.ts';
import type { HostCheck } from './reading.ts';
import type { HealthReport, HealthState } from './report.ts';
import type { HealthSample, TargetHealth } from './target.ts';

/** Milliseconds after the first miss at which it is looked again; all of them decide. */
export const RECHECK_AFTER_MS = [2000, 5000, 9000] as const;
/** The first miss and every quick re-check failed: it is down. */
export const MISSES_TO_BE_DOWN = RECHECK_AFTER_MS.length + 1;
/** Good checks in a row that close a suspicion, and good fresh ones that close an incident. */
export const GOODS_TO_CLOSE = 2;

/** One look at one server, as it came out. */
export interface Look {
  readonly check: HostCheck;
  readonly report: HealthReport | null;
  /** slot: in its turn. early: because a neighbour failed. quick: to confirm what was seen. */
  readonly turn: 'slot' | 'early' | 'quick';
  /** Why a miss says nothing about the host: then it is `unknown`, and nothing is counted. */
  readonly excuse: 'blind' | 'maintenance' | 'busy' | 'no_path' | 'stalled' | null;
  /** An incident waits to be closed by good fresh checks: they come quickly. */
  readonly closing: boolean;
}

/** What is certain now; what is in neither list is undecided. */
export type Certainty = 'down' | 'flapping' | (typeof FAULTS)[number];

export interface Advance {
  readonly health: TargetHealth;
  readonly streaks: Streaks;
  /** Milliseconds until the next quick look; null: its next slot will do. */
  readonly recheckInMs: number | null;
  /** A suspicion began: neighbours are worth a look. */
  readonly firstMiss: boolean;
  readonly present: readonly Certainty[];
  readonly gone: readonly Certainty[];
  /** For the history; null: nothing worth a row. */
  readonly sample: HealthSample | null;
}

export const isMiss = ({ outcome }: HostCheck): boolean =>
  outcome !== 'answered' && outcome !== 'garbled';

/** A server that was never looked at. */
export const untold = (serverId: string, now: Date): TargetHealth => ({
  ...{ serverId, state: 'unknown', since: now, missingSince: null, misses: 0, goods: 0 },
  ...{ freshGoods: 0, recent: '', flapping: false, checks: 0, lastCheckAt: null },
  ...{ lastGoodAt: null, report: null, latencyMs: null, bootId: null },
});

/** What one more look makes of a server's condition. Pure; the time is handed in. */
export function advance(
  previous: TargetHealth,
  streaks: Streaks,
  look: Look,
  now: Date,
  flapLimits: FlapLimits = DEFAULT_FLAP_LIMITS,
): Advance {
  const miss = isMiss(look.check);
  if (miss && look.excuse !== null) return excused(previous, streaks, look, now);
  const recent = look.turn === 'quick' ? previous.recent : remember(previous.recent, !miss);
  const flapping = isFlapping(recent, previous.flapping, flapLimits);
  const common = { ...previous, recent, flapping, checks: previous.checks + 1, lastCheckAt: now };
  return miss
    ? missed(previous, common, streaks, look, now)
    : answered(previous, common, streaks, look, now);
}

function missed(
  previous: TargetHealth,
  common: TargetHealth,
  streaks: Streaks,
  look: Look,
  now: Date,
): Advance {
  const misses = previous.misses + 1;
  const down = misses >= MISSES_TO_BE_DOWN;
  const missingSince = previous.missingSince ?? now;
  // Until it is confirmed it may be a lost packet: not known, and no bad mark in its history.
  const state: HealthState = down ? 'failed' : 'unknown';
  const health: TargetHealth = {
    ...moved(common, state, down ? missingSince : now),
    ...{ misses, missingSince, goods: 0, freshGoods: 0, latencyMs: null },
  };
  const after = RECHECK_AFTER_MS[misses - 1];
  const confirmed = misses === MISSES_TO_BE_DOWN;
  return {
    ...{ health, streaks, firstMiss: misses === 1 },
    recheckInMs: after === undefined ? null : untilThen(missingSince, after, now),
    present: [...(down ? (['down'] as const) : []), ...flappingOf(health)],
    // Steadily down is no flapping any more.
    gone: down && !health.flapping ? ['flapping'] : [],
    sample: look.turn === 'quick' && !confirmed ? null : sampleOf(health, look, now),
  };
}

/** Counted from the first miss; a clock that was set meanwhile makes it no longer than that. */
const untilThen = (missingSince: Date, after: number, now: Date): number =>
  Math.min(after, Math.max(0, missingSince.getTime() + after - now.getTime()));

function answered(
  previous: TargetHealth,
  common: TargetHealth,
  before: Streaks,
  look: Look,
  now: Date,
): Advance {
  const { check, report } = look;
  const goods = previous.goods + 1;
  const freshGoods = check.fresh ? previous.freshGoods + 1 : previous.freshGoods;
  const seen = check.outcome === 'garbled' ? 'degraded' : (report?.overall.state ?? 'ok');
  const health: TargetHealth = {
    ...moved(common, seen, now),
    ...{ misses: 0, missingSince: null, goods, freshGoods, lastGoodAt: now },
    report: report ?? (check.outcome === 'garbled' ? null : previous.report),
    latencyMs: check.latencyMs,
    bootId: check.reading?.bootId ?? previous.bootId,
  };
  const streaks = countFaults(before, check.outcome, report);
  const closed = goods >= GOODS_TO_CLOSE && freshGoods >= GOODS_TO_CLOSE;
  const unsure = look.closing ? !closed : previous.misses > 0;
  return {
    ...{ health, streaks, firstMiss: false },
    recheckInMs: unsure && goods < 2 * GOODS_TO_CLOSE ? RECHECK_AFTER_MS[0] : null,
    present: [
      ...FAULTS.filter((fault) => streaks[fault].bad >= FAULT_CHECKS),
      ...flappingOf(health),
    ],
    gone: [
      ...(closed ? (['down'] as const) : []),
      ...FAULTS.filter((fault) => streaks[fault].good >= FAULT_GOODS),
      ...(health.flapping ? [] : (['flapping'] as const)),
    ],
    sample: sampleOf(health, look, now),
  };
}

/** Not its fault as far as anybody can tell: nothing is counted, no mark is left. */
function excused(previous: TargetHealth, streaks: Streaks, look: Look, now: Date): Advance {
  const health: TargetHealth = {
    ...moved({ ...previous, checks: previous.checks + 1, lastCheckAt: now }, 'unknown', now),
    ...{ misses: 0, missingSince: null, goods: 0, freshGoods: 0, latencyMs: null },
  };
  return {
    ...{ health, streaks, firstMiss: false, present: [], gone: [] },
    // Our own delay says nothing at all: look again at once.
    recheckInMs: look.excuse === 'stalled' ? RECHECK_AFTER_MS[0] : null,
    sample: sampleOf(health, look, now),
  };
}

const moved = (health: TargetHealth, state: HealthState, at: Date): TargetHealth =>
  health.state === state ? health : { ...health, state, since: at };

const flappingOf = ({ flapping }: TargetHealth) => (flapping ? (['flapping'] as const) : []);

const most = (values: readonly number[] | undefined): number | null =>
  values === undefined || values.length === 0 ? null : Math.max(...values);

/** A host that answers is up, whatever is wrong on it: uptime counts answers. */
function sampleOf(health: TargetHealth, { check }: Look, now: Date): HealthSample {
  const { reading } = check;
  const up = health.misses === 0 && !isMiss(check);
  return {
    serverId: health.serverId,
    at: now,
    state: up && health.state === 'failed' ? 'degraded' : health.state,
    latencyMs: up ? check.latencyMs : null,
    diskPercent: most(reading?.disks.map(({ spacePercent }) => spacePercent)),
    memoryPercent: reading?.memory?.usedPercent ?? null,
    loadPercent: reading?.load ? (reading.load.five / Math.max(1, reading.load.cores)) * 100 : null,
  };
}
