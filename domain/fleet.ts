import type { Operation } from './operation.ts';

/** One row for the whole fleet: what stops automatic action. */
export interface FleetState {
  readonly heartbeatAt: Date | null;
  readonly epoch: string;
  /** Set by a human, or by the agent itself at a start it cannot trust (invariant 11). */
  readonly frozenAt: Date | null;
  readonly frozenReason: string | null;
  readonly frozenBy: string | null;
  /** Mass failure: no recovery until a human re-arms (invariant 4). */
  readonly breakerOpenAt: Date | null;
  readonly breakerReason: string | null;
  /** Since when the witnesses do not answer; null while we are online. */
  readonly blindSince: Date | null;
  /** After a re-arm: one canary, then two, then the rest. Null: no ramp. */
  readonly rearmedAt: Date | null;
}

export type Stop = 'frozen' | 'breaker' | 'blind';

/** Why no automatic action starts now, or null. In the order in which it is told. */
export function stopOf(state: FleetState): { readonly stop: Stop; readonly reason: string } | null {
  if (state.frozenAt) return { stop: 'frozen', reason: state.frozenReason ?? 'frozen' };
  if (state.breakerOpenAt)
    return { stop: 'breaker', reason: state.breakerReason ?? 'mass failure' };
  if (state.blindSince) return { stop: 'blind', reason: 'our own network does not answer' };
  return null;
}

/** Who freezes the fleet where the agent cannot trust what it finds (invariant 11). */
export const AGENT = 'agent';

/**
 * Whether a freeze keeps an operation from beginning, or from going on after a wait. Nothing that
 * the agent ordered by itself begins, nor what was ordered before: that needs a new word, which a
 * re-arm is. What a human orders afterwards goes on. Where the agent itself froze, the past is in
 * doubt, and what was under way waits too. A recovery asks at each of its rungs instead.
 */
export function heldByFreeze(
  { frozenAt, frozenBy }: Pick<FleetState, 'frozenAt' | 'frozenBy'>,
  operation: Pick<Operation, 'kind' | 'requestedBy' | 'createdAt' | 'fence' | 'stopRequested'>,
): boolean {
  const { kind, requestedBy, createdAt, fence, stopRequested } = operation;
  if (frozenAt === null || kind === 'recover' || stopRequested !== null) return false;
  const begun = fence > 0;
  if (begun && frozenBy !== AGENT) return false;
  return createdAt <= frozenAt || requestedBy.split(':')[0] === AGENT;
}

export interface FailureLimits {
  /** The breaker opens above max(floor, min(share of the fleet, ceiling)). */
  readonly floor: number;
  readonly share: number;
  readonly ceiling: number;
  /** Seconds within which failures count together. */
  readonly windowSeconds: number;
}
export const DEFAULT_FAILURE_LIMITS: FailureLimits = {
  floor: 3,
  share: 0.3,
  ceiling: 25,
  windowSeconds: 300,
};

/** A server that fails or is suspected to (a miss that no good check has answered yet). */
export interface FailingServer {
  readonly handle: string;
  readonly provider: string;
  readonly providerAccount: string;
  readonly region: string | null;
  /** /24 of an IPv4 address, /64 of an IPv6 one; null where the address is not known. */
  readonly subnet: string | null;
}

/** Servers that are checked, counted by what they share; and those that fail within the window. */
export interface FleetPicture {
  readonly total: number;
  readonly byProvider: Readonly<Record<string, number>>;
  readonly byAccount: Readonly<Record<string, number>>;
  readonly byRegion: Readonly<Record<string, number>>;
  readonly bySubnet: Readonly<Record<string, number>>;
  readonly failing: readonly FailingServer[];
}

export interface RecoveryCaps {
  readonly fleetAtOnce: number;
  readonly accountAtOnce: number;
  /** Recoveries with a disruptive rung per host in 24 h. */
  readonly attemptsPerDay: number;
  /** Disruptive rungs in the whole fleet in 24 h. */
  readonly fleetPerDay: number;
}
export const DEFAULT_RECOVERY_CAPS: RecoveryCaps = {
  fleetAtOnce: 2,
  accountAtOnce: 1,
  attemptsPerDay: 2,
  fleetPerDay: 20,
};
