import { z } from 'zod';
import { GroupPolicy, type ServerGroup } from '#domain/group.ts';
import { Expectations } from '#domain/health/report.ts';
import { RecoveryMode, Rung } from '#domain/recovery.ts';
import { text } from './common.ts';

export const GroupName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, 'Lower-case letters, digits, _ and -.');

export const GroupWire = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  /** observe: says what it would do. ask: asks before each rung. auto: alone up to highest_rung. */
  mode: RecoveryMode,
  highest_rung: Rung,
  weight: z.number().int(),
  expectations: Expectations,
  open_ports: z.array(z.number().int()),
});
export type GroupWire = z.infer<typeof GroupWire>;

export const groupToWire = ({
  id,
  name,
  description,
  policy,
  openPorts,
}: ServerGroup): GroupWire => ({
  id,
  name,
  description,
  mode: policy.mode,
  highest_rung: policy.highest_rung,
  weight: policy.weight,
  expectations: {
    docker: policy.expectations.docker,
    firewall: policy.expectations.firewall,
    disk_percent: [...policy.expectations.disk_percent],
    memory_percent: [...policy.expectations.memory_percent],
    load_percent: [...policy.expectations.load_percent],
    clock_seconds: [...policy.expectations.clock_seconds],
  },
  open_ports: [...openPorts],
});

const fields = {
  description: text(1_000).optional(),
  mode: RecoveryMode.optional(),
  /** In mode auto: the highest rung without asking. reinstall counts for rebuildable servers only. */
  highest_rung: Rung.optional(),
  weight: GroupPolicy.shape.weight.optional(),
  /** Only what is named changes; limits are [degraded from, failed from]. */
  expectations: z.strictObject(Expectations.shape).partial().optional(),
  /** Replaces the list; SSH, 80 and 443 are open anyhow. */
  open_ports: z
    .array(z.number().int().min(1).max(65_535))
    .max(100)
    .refine((ports) => new Set(ports).size === ports.length, 'Each port once.')
    .optional(),
};

export const GroupCreate = z.strictObject({ name: GroupName, ...fields });
export const GroupPatch = z
  .strictObject(fields)
  .refine((patch) => Object.keys(patch).length > 0, 'Nothing to change was given.');
export type GroupFields = z.infer<typeof GroupPatch>;

/** A partial policy in the domain's words, over what the group has now. */
export function toPolicy(
  { mode, highest_rung, weight, expectations }: GroupFields,
  before: Expectations,
): Partial<GroupPolicy> {
  return {
    ...(mode === undefined ? {} : { mode }),
    ...(highest_rung === undefined ? {} : { highest_rung }),
    ...(weight === undefined ? {} : { weight }),
    ...(expectations === undefined ? {} : { expectations: merged(before, expectations) }),
  };
}

function merged(before: Expectations, change: GroupFields['expectations'] = {}): Expectations {
  return {
    docker: change.docker ?? before.docker,
    firewall: change.firewall ?? before.firewall,
    disk_percent: change.disk_percent ?? before.disk_percent,
    memory_percent: change.memory_percent ?? before.memory_percent,
    load_percent: change.load_percent ?? before.load_percent,
    clock_seconds: change.clock_seconds ?? before.clock_seconds,
  };
}
