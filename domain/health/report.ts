import { z } from 'zod';

/** What is looked at on a host; the order is that of every table. */
export const HEALTH_PARTS = [
  'ssh',
  'docker',
  'disk',
  'memory',
  'load',
  'firewall',
  'pending_reboot',
  'clock',
] as const;
export type HealthPartName = (typeof HEALTH_PARTS)[number];

export const HealthState = z.enum(['ok', 'degraded', 'failed', 'unknown']);
export type HealthState = z.infer<typeof HealthState>;

export const HealthPart = z.object({ state: HealthState, reason: z.string() });
export type HealthPart = z.infer<typeof HealthPart>;

/** The one structured result of a check; playbooks/health_check.yml publishes the same object. */
export const HealthReport = z.object({
  ssh: HealthPart,
  docker: HealthPart,
  disk: HealthPart,
  memory: HealthPart,
  load: HealthPart,
  firewall: HealthPart,
  pending_reboot: HealthPart,
  clock: HealthPart,
  overall: HealthPart,
});
export type HealthReport = z.infer<typeof HealthReport>;

const Limits = z
  .tuple([z.number().min(0), z.number().min(0)])
  .refine(([degraded, failed]) => degraded <= failed, 'degraded must not lie above failed');

/** What a group expects of its servers; limits are [degraded from, failed from]. */
export const Expectations = z.object({
  docker: z.boolean(),
  firewall: z.boolean(),
  disk_percent: Limits,
  memory_percent: Limits,
  /** Load over five minutes, percent of the cores. */
  load_percent: Limits,
  /** Seconds the host's clock may differ from ours. */
  clock_seconds: Limits,
});
export type Expectations = z.infer<typeof Expectations>;

export const DEFAULT_EXPECTATIONS: Expectations = {
  docker: true,
  firewall: true,
  disk_percent: [85, 95],
  memory_percent: [90, 97],
  load_percent: [200, 500],
  clock_seconds: [5, 60],
};
