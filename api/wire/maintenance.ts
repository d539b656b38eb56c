import { z } from 'zod';
import { MaintenanceScope, type MaintenanceWindow } from '#domain/maintenance.ts';
import { line, Time, time, timeOrNull } from './common.ts';

export const MaintenanceWire = z.object({
  id: z.string(),
  scope: MaintenanceScope,
  /** A handle, a group's name, `key=value` or `key`. */
  target: z.string(),
  from: Time,
  until: Time,
  reason: z.string(),
  /** Whether it holds now. */
  active: z.boolean(),
  created_by: z.string(),
  ended_at: Time.nullable(),
  ended_by: z.string().nullable(),
});
export type MaintenanceWire = z.infer<typeof MaintenanceWire>;

export const maintenanceToWire = (window: MaintenanceWindow, now: Date): MaintenanceWire => ({
  id: window.id,
  scope: window.scope,
  target: window.target,
  from: time(window.from),
  until: time(window.until),
  reason: window.reason,
  active: window.endedAt === null && window.from <= now && now < window.until,
  created_by: window.createdBy,
  ended_at: timeOrNull(window.endedAt),
  ended_by: window.endedBy,
});

export const MaintenanceCreate = z
  .strictObject({
    scope: MaintenanceScope.default('server'),
    target: line(255),
    /** Now, unless given. */
    from: Time.optional(),
    until: Time.optional(),
    /** In place of until. */
    duration_seconds: z.number().int().min(60).optional(),
    reason: line(1_000),
  })
  .refine((body) => (body.until === undefined) !== (body.duration_seconds === undefined), {
    path: ['until'],
    message: 'Say when it ends: either until or duration_seconds.',
  });
