import type { Approval, ApprovalStatus, Decision, NewApproval } from '../approval.ts';
import type { FleetState, RecoveryCaps, Stop } from '../fleet.ts';
import type { MaintenanceScope, MaintenanceWindow } from '../maintenance.ts';
import type { Rung, RungOutcome, RungRecord } from '../recovery.ts';
import type { Server } from '../server.ts';
import type { Take } from './operations.ts';

/** An answer to "may this rung begin now?". */
export type Reservation =
  | { readonly verdict: 'granted'; readonly record: RungRecord }
  /** Somebody else's turn (caps, priority, canary): ask again at `until`. */
  | { readonly verdict: 'wait'; readonly until: Date; readonly why: string }
  /** Not by itself: a stop, or a budget that is used up. */
  | { readonly verdict: 'refused'; readonly why: string; readonly stop: Stop | 'budget' };

interface RungOf {
  readonly incidentId: string;
  readonly rung: Rung;
  /** Counts rungs taken in the operation, from 1: the key beside operation and rung. */
  readonly attempt: number;
  readonly permit: string;
  readonly reason: string;
}

export interface RecoveryRepository {
  /**
   * Decides under the lock of the fleet's one row and writes it down in the same transaction:
   * breaker, freeze and blindness refuse; caps (fleet, account, host), the canary ramp and the
   * queue by priority (in_use before ready, then the group's weight, then age) wait; budgets per
   * host and per fleet in 24 h refuse. Idempotent per (operation, rung, attempt). Rungs that do not
   * interrupt are granted without counting.
   */
  reserve(take: Take, rung: RungOf, caps: RecoveryCaps): Promise<Reservation>;
  /** Records `skipped` and `would` without a reservation. */
  record(take: Take, rung: RungOf & { readonly outcome: RungOutcome }): Promise<RungRecord>;
  finish(id: string, outcome: RungOutcome, reason: string): Promise<RungRecord>;
  find(id: string): Promise<RungRecord | null>;
  ofOperation(operationId: string): Promise<readonly RungRecord[]>;
  ofIncident(incidentId: string): Promise<readonly RungRecord[]>;
  /** What `observe` would have done, newest first. */
  would(since: Date): Promise<readonly RungRecord[]>;
}

export interface ApprovalRepository {
  /** The one that is open or decided and unused for the same (operation, step, hash), else a new one. */
  ask(take: Take, stepId: string, server: Server, request: NewApproval): Promise<Approval>;
  find(id: string): Promise<Approval | null>;
  latest(operationId: string, stepId: string): Promise<Approval | null>;
  list(filter: {
    readonly status?: ApprovalStatus;
    readonly serverHandle?: string;
  }): Promise<readonly Approval[]>;
  /** Compare-and-set from open; throws `conflict` (who and when) once it is decided or over. */
  decide(id: string, decision: Decision, by: string, note: string | null): Promise<Approval>;
  /** approved -> used, once, and only for the same hash and within its life; false otherwise. */
  use(id: string, hash: string): Promise<boolean>;
  /** open or approved -> voided. */
  void(id: string, why: string): Promise<void>;
  voidAll(why: string): Promise<readonly Approval[]>;
  expire(now: Date): Promise<readonly Approval[]>;
}

export interface FleetRepository {
  /** Records that workers are at the queue; returns the previous time. */
  heartbeat(now: Date): Promise<Date | null>;
  state(): Promise<FleetState>;
  /** False when it is frozen already; the agent's own word takes the place of a person's. */
  freeze(by: string, reason: string, at: Date): Promise<boolean>;
  /** Lifts freeze and breaker, starts the canary ramp; returns the state before. */
  rearm(by: string, at: Date): Promise<FleetState>;
  /** Compare-and-set: true for the one caller that opened it. */
  openBreaker(reason: string, at: Date): Promise<boolean>;
  /** Sets or clears blindness; returns the state before. */
  setBlind(since: Date | null): Promise<FleetState>;
  /** Compare-and-set: false when the epoch is not `from` any more. It never goes back. */
  setEpoch(epoch: string, from: string): Promise<boolean>;
}

export interface MaintenanceRepository {
  create(window: Omit<MaintenanceWindow, 'id' | 'endedAt' | 'endedBy'>): Promise<MaintenanceWindow>;
  find(id: string): Promise<MaintenanceWindow | null>;
  list(filter: {
    /** Windows that hold at this time. */
    readonly active?: Date;
    readonly scope?: MaintenanceScope;
    readonly target?: string;
  }): Promise<readonly MaintenanceWindow[]>;
  end(id: string, by: string, at: Date): Promise<MaintenanceWindow>;
  /**
   * Moves servers into `maintenance` whose window has begun, and out of it (to the status before)
   * when none covers them any more; handles of both.
   */
  apply(
    now: Date,
  ): Promise<{ readonly begun: readonly string[]; readonly ended: readonly string[] }>;
}
