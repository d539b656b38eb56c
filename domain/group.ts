import { z } from 'zod';
import { Expectations } from './health/report.ts';
import { RecoveryMode, Rung } from './recovery.ts';

export const GroupPolicy = z.object({
  mode: RecoveryMode,
  /** In `auto`: the highest rung that needs no human. */
  highest_rung: Rung,
  /** Recoveries of heavier groups go first. */
  weight: z.number().int().min(0).max(1000),
  expectations: Expectations,
});
export type GroupPolicy = z.infer<typeof GroupPolicy>;

/** Servers under one policy. */
export interface ServerGroup {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly policy: GroupPolicy;
  /** Ports that are open on every server of the group, beside SSH, 80 and 443. */
  readonly openPorts: readonly number[];
}
