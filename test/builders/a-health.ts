import type { HealthSample, TargetHealth } from '#domain/health/target.ts';

/** A server's condition after a good check, and the sample of it; no rows. */
export function aHealth(
  serverId: string,
  at: Date,
  over: Partial<TargetHealth> & { readonly sample?: Partial<HealthSample> } = {},
): { health: TargetHealth; sample: HealthSample } {
  const { sample, ...rest } = over;
  const health: TargetHealth = {
    ...{ serverId, state: 'ok', since: at, missingSince: null, misses: 0, goods: 1, freshGoods: 1 },
    ...{ recent: '1', flapping: false, checks: 1, lastCheckAt: at, lastGoodAt: at, report: null },
    ...{ latencyMs: 12, bootId: null },
    ...rest,
  };
  return {
    health,
    sample: {
      ...{ serverId, at, state: health.state, latencyMs: health.latencyMs },
      ...{ diskPercent: 40, memoryPercent: 50, loadPercent: 60 },
      ...sample,
    },
  };
}
