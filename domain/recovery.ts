import { z } from 'zod';

/** From the gentlest to the hardest: a ladder is climbed in this order. */
export const RUNGS = [
  'recheck',
  'restart',
  'reboot',
  'reset_access',
  'provision',
  'reinstall',
] as const;
export const Rung = z.enum(RUNGS);
export type Rung = z.infer<typeof Rung>;

/** Rungs that interrupt use or lose data: bounded by the caps, stopped by breaker and freeze. */
export const DISRUPTIVE_RUNGS: ReadonlySet<Rung> = new Set([
  'reboot',
  'reset_access',
  'provision',
  'reinstall',
]);

/** observe: says what it would do. ask: an approval above recheck. auto: alone up to a rung. */
export const RecoveryMode = z.enum(['observe', 'ask', 'auto']);
export type RecoveryMode = z.infer<typeof RecoveryMode>;

export const RungOutcome = z.enum(['running', 'helped', 'no_help', 'failed', 'skipped', 'would']);
export type RungOutcome = z.infer<typeof RungOutcome>;

/** One rung of one recovery, as it was taken, skipped, or would have been taken. */
export interface RungRecord {
  readonly id: string;
  readonly incidentId: string;
  readonly operationId: string;
  readonly serverHandle: string;
  readonly rung: Rung;
  /** On whose word: `auto`, `approval:<id>`, `rebuildable`, `none` (skipped, would). */
  readonly permit: string;
  readonly outcome: RungOutcome;
  readonly reason: string;
  readonly startedAt: Date;
  readonly finishedAt: Date | null;
}
