import type { Clock, Leases } from '#domain/ports.ts';
import type { HealthRepository } from '#domain/repositories.ts';

export const ROLLUP_SECONDS = 600;

export interface Retention {
  readonly samplesDays: number;
  readonly hoursDays: number;
  readonly daysDays: number;
}

/** Makes the history compact; one worker does it for all. */
export const createRollup =
  ({
    health,
    leases,
    clock,
    keep,
  }: {
    readonly health: Pick<HealthRepository, 'rollUp'>;
    readonly leases: Leases;
    readonly clock: Clock;
    readonly keep: Retention;
  }) =>
  async (): Promise<void> => {
    const lease = await leases.take('health:rollup');
    if (lease === null) return;
    try {
      await health.rollUp(clock.now(), keep);
    } finally {
      await lease.release();
    }
  };
