import { toOpsError } from '#domain/errors.ts';
import {
  type Advance,
  advance,
  isMiss,
  type Look,
  MISSES_TO_BE_DOWN,
} from '#domain/health/advance.ts';
import { FAULTS, faultReason } from '#domain/health/faults.ts';
import { changeShare } from '#domain/health/flapping.ts';
import type { Clock, Logger, Metrics } from '#domain/ports.ts';
import type { Batch } from './batch.ts';
import type { Check, Checked } from './check.ts';
import type { Desk } from './desk.ts';
import { DOWN_TYPES, type Entry, hasDownIncident, isClosing, isRecoverable } from './entry.ts';
import type { Online } from './online.ts';
import type { Services } from './services.ts';
import type { Plan } from './sweep.ts';

/** A verdict that could not be dealt with is dealt with by the next look. */
const RETRY_MS = 5000;
const FAULT_GONE = 'Good checks in a row show nothing of it any more.';
/** Misses in a row without any answer after which a blocked port is a dead host. */
const SILENT_MISSES = 4;
/** Checks between two questions whether a suspended server still is. */
const ASK_AGAIN_CHECKS = 10;

export interface ConcludeDeps {
  readonly check: Check;
  readonly desk: Desk;
  readonly services: Services;
  readonly online: Online;
  readonly batch: Batch;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly stalledSince: (at: number) => boolean;
  readonly isFailing: (handle: string) => boolean;
  readonly again: (entry: Entry, inMs: number) => void;
  readonly onFirstMiss: (entry: Entry) => void;
}

/** One look and all that follows from it. What the desk does goes on beside the next looks. */
export function createConclude(deps: ConcludeDeps) {
  const { check, desk, services, online, batch, clock, log, metrics } = deps;

  function excuseOf(entry: Entry, { check: seen }: Checked, startedAt: number, wasBlind: boolean) {
    const { server } = entry;
    if (wasBlind || online.blind) return 'blind';
    if (server.underMaintenance) return 'maintenance';
    if (seen.outcome === 'no_path') return 'no_path';
    if (server.jumpHost !== null && deps.isFailing(server.jumpHost)) return 'no_path';
    // Being provisioned it may well be away; a recovery makes no downtime unknown.
    if (server.busy && !isRecoverable(entry)) return 'busy';
    const own = seen.outcome === 'timeout' || seen.outcome === 'unreachable';
    return own && deps.stalledSince(startedAt) ? 'stalled' : null;
  }

  /** Before it counts as down, witnesses are asked: not even its history gets a bad mark else. */
  async function ownFault({ health }: Entry, { check: seen }: Checked) {
    if (!isMiss(seen) || health.misses + 1 !== MISSES_TO_BE_DOWN) return null;
    const since = health.missingSince ?? clock.now();
    if ((await online.ask(since)) === 'online') return null;
    await online.goBlind(since);
    return 'blind';
  }

  function apply(entry: Entry, next: Advance, { check: seen }: Checked): void {
    const miss = isMiss(seen);
    entry.health = next.health;
    entry.streaks = next.streaks;
    if (miss) {
      const silent = seen.outcome === 'unreachable' || seen.outcome === 'timeout';
      entry.silent = silent ? entry.silent + 1 : 0;
      entry.settledError = false;
      metrics.count('server_health_check_failures_total', { check: seen.outcome });
    } else {
      Object.assign(entry, { silent: 0, connected: true, placeAt: null, handedOver: false });
      online.answered(entry.server.address, clock.now());
    }
    if (next.sample !== null) batch.add({ health: next.health, sample: next.sample });
    if (next.recheckInMs !== null) deps.again(entry, next.recheckInMs);
    if (next.firstMiss) deps.onFirstMiss(entry);
  }

  async function judgeDown(entry: Entry, seen: Checked, signal: AbortSignal): Promise<void> {
    const { open, health } = entry;
    const kind = DOWN_TYPES.find((type) => open[type] !== undefined);
    if (entry.handedOver || health.flapping) return;
    const worse = kind === 'ssh_blocked' && entry.silent >= SILENT_MISSES;
    const lifted = kind === 'suspended' && health.misses % ASK_AGAIN_CHECKS === 0;
    if (kind === undefined || worse || lifted) return desk.down(entry, seen.check, signal);
    const id = open[kind];
    if (id !== undefined && !entry.seenTo.has(id)) await desk.ensure(entry, id);
  }

  async function judge(
    entry: Entry,
    { present, gone }: Advance,
    seen: Checked,
    signal: AbortSignal,
  ): Promise<void> {
    const { open, health, server } = entry;
    if (present.includes('down')) await judgeDown(entry, seen, signal);
    const back = gone.includes('down') && !health.flapping;
    if (back && (hasDownIncident(entry) || (server.status === 'error' && !entry.settledError))) {
      await desk.up(entry, () => services.areWell(entry));
      entry.settledError = !hasDownIncident(entry);
    }
    // What is hushed now opens nothing; what is over ends all the same.
    const hushed = server.underMaintenance || server.busy;
    if (present.includes('flapping') && !open.flapping && !hushed) {
      const share = Math.round(changeShare(health.recent) * 100);
      await desk.open(
        entry,
        'flapping',
        `It comes and goes: ${share} % of the last checks changed.`,
      );
    }
    if (gone.includes('flapping') && open.flapping) {
      await desk.clear(entry, 'flapping', 'It has settled.');
    }
    for (const fault of FAULTS) {
      const id = open[fault];
      if (present.includes(fault) && id === undefined && !hushed) {
        if (!entry.givenUp.has(fault))
          await desk.fault(entry, fault, faultReason(fault, health.report));
      } else if (present.includes(fault) && id !== undefined && !entry.seenTo.has(id)) {
        await desk.ensure(entry, id);
      }
      if (!gone.includes(fault)) continue;
      if (id !== undefined) await desk.clear(entry, fault, FAULT_GONE);
      else if (entry.givenUp.has(fault)) await desk.overAfterAll(entry, fault, FAULT_GONE);
    }
  }

  /** Beside the next looks, one at a time for each server. */
  async function settle(entry: Entry, next: Advance, seen: Checked, signal: AbortSignal) {
    if (entry.atDesk) return;
    entry.atDesk = true;
    try {
      await judge(entry, next, seen, signal);
    } catch (error) {
      if (signal.aborted) return;
      const { message } = toOpsError(error);
      log.warn({ server: entry.server.handle, error: message }, 'a verdict has to wait');
      deps.again(entry, RETRY_MS);
    } finally {
      entry.atDesk = false;
    }
  }

  return async function conclude(entry: Entry, plan: Plan, signal: AbortSignal): Promise<void> {
    const startedAt = clock.now().getTime();
    const wasBlind = online.blind;
    try {
      const seen = await check.look(entry.server, { ...plan, signal });
      if (entry.dropped || signal.aborted) return;
      const excuse = excuseOf(entry, seen, startedAt, wasBlind) ?? (await ownFault(entry, seen));
      if (entry.dropped) return;
      const look: Look = { ...seen, turn: plan.turn, closing: isClosing(entry), excuse };
      const next = advance(entry.health, entry.streaks, look, clock.now());
      metrics.observe('zavhoz_health_check_seconds', seen.check.latencyMs / 1000);
      apply(entry, next, seen);
      if (next.present.length > 0 || next.gone.length > 0) void settle(entry, next, seen, signal);
    } catch (error) {
      if (signal.aborted || entry.dropped) return;
      // Ours, not the host's: nothing is counted.
      log.warn({ server: entry.server.handle, error: toOpsError(error).message }, 'not checked');
      if (entry.health.misses > 0) deps.again(entry, RETRY_MS);
    }
  };
}
