import { z } from 'zod';
import { type FleetState, type Stop, stopOf } from '#domain/fleet.ts';
import { Time, timeOrNull } from './common.ts';

const StopWire = z.enum(['frozen', 'breaker', 'blind'] satisfies readonly Stop[]);

export const FleetWire = z.object({
  /** Why no automatic action starts now; null: it may. */
  stop: StopWire.nullable(),
  reason: z.string().nullable(),
  frozen_at: Time.nullable(),
  frozen_by: z.string().nullable(),
  frozen_reason: z.string().nullable(),
  /** Too many servers failed together; open until a human re-arms. */
  breaker_open_at: Time.nullable(),
  breaker_reason: z.string().nullable(),
  /** Since when our own witnesses do not answer. */
  blind_since: Time.nullable(),
  /** Since a re-arm recoveries go one at a time, then two, then all. */
  rearmed_at: Time.nullable(),
  /** When workers were last at the queue. */
  heartbeat_at: Time.nullable(),
});
export type FleetWire = z.infer<typeof FleetWire>;

export function fleetToWire(state: FleetState): FleetWire {
  const stop = stopOf(state);
  return {
    stop: stop?.stop ?? null,
    reason: stop?.reason ?? null,
    frozen_at: timeOrNull(state.frozenAt),
    frozen_by: state.frozenBy,
    frozen_reason: state.frozenReason,
    breaker_open_at: timeOrNull(state.breakerOpenAt),
    breaker_reason: state.breakerReason,
    blind_since: timeOrNull(state.blindSince),
    rearmed_at: timeOrNull(state.rearmedAt),
    heartbeat_at: timeOrNull(state.heartbeatAt),
  };
}

/** For probes: what automatic action does now. Stopped is a state, no defect. */
export const AutomationWire = z.enum([...StopWire.options, 'on', 'unknown']);
export type AutomationWire = z.infer<typeof AutomationWire>;
