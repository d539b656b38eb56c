import type { FailureLimits, FleetState } from '#domain/fleet.ts';
import { massFailure } from '#domain/mass-failure.ts';
import type { Clock, Logger, Metrics } from '#domain/ports.ts';
import type {
  FleetRepository,
  HealthRepository,
  IncidentRepository,
  OutboxRepository,
} from '#domain/repositories.ts';
import type { Batch } from './batch.ts';

/** What stands for the whole fleet where an incident names its target. */
export const FLEET = 'fleet';

export interface BreakerDeps {
  readonly fleet: Pick<FleetRepository, 'state' | 'openBreaker'>;
  readonly health: Pick<HealthRepository, 'picture'>;
  readonly incidents: Pick<IncidentRepository, 'openWith'>;
  readonly outbox: OutboxRepository;
  readonly batch: Pick<Batch, 'flush'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly limits: FailureLimits;
}

/**
 * Asked before each verdict: is it one trouble and not many? Opens the breaker, once, with one
 * incident and one message. One asks after the other, so that two verdicts of the same moment see
 * the same picture.
 */
export function createBreaker(deps: BreakerDeps) {
  const { fleet, health, incidents, outbox, clock, log, metrics, limits } = deps;
  let before: Promise<unknown> = Promise.resolve();
  /** The opening (its time) whose message is certain to be out. */
  let told = 0;

  /** Failures from before a re-arm were looked at by a human: they do not count again. */
  function since(state: FleetState): Date {
    const window = clock.now().getTime() - limits.windowSeconds * 1000;
    return new Date(Math.max(window, state.rearmedAt?.getTime() ?? 0));
  }

  async function look(): Promise<boolean> {
    const state = await fleet.state();
    if (state.breakerOpenAt !== null && state.breakerOpenAt.getTime() === told) return true;
    // What others and we have seen up to now has to be in the picture.
    await deps.batch.flush();
    const picture = await health.picture(since(state));
    const failure = massFailure(picture, limits);
    if (state.breakerOpenAt === null && failure === null) return false;
    const { count, total, where, examples } = failure ?? {
      ...{ count: picture.failing.length, total: picture.total, where: FLEET, examples: [] },
    };
    const at = state.breakerOpenAt ?? clock.now();
    const reason = `${count} of ${total} servers fail together (${where})`;
    if (state.breakerOpenAt === null && (await fleet.openBreaker(reason, at))) {
      log.error({ count, total, where }, 'mass failure: no recovery until somebody re-arms');
      metrics.count('zavhoz_breaker_opened_total');
    }
    const openAt = (await fleet.state()).breakerOpenAt ?? at;
    await incidents.openWith({
      ...{ type: 'mass_failure', serverHandle: FLEET, severity: 'critical' },
      ...{ details: `${reason}. Automatic recovery waits for a human.`, operationId: null },
      affectedServices: [],
    });
    await outbox.enqueue({
      dedupeKey: `mass:${openAt.getTime()}`,
      ...{ severity: 'critical', kind: 'mass_failure', serverHandle: null, operationId: null },
      params: { count, total, where, examples: examples.join(', ') },
    });
    told = openAt.getTime();
    return true;
  }

  /** True while a mass failure speaks for every single one. */
  return function isMassive(): Promise<boolean> {
    const turn = before.then(look, look);
    before = turn.catch(() => undefined);
    return turn;
  };
}
export type Breaker = ReturnType<typeof createBreaker>;
