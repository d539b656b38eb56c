import { z } from 'zod';
import { RecoveryMode } from '#domain/recovery.ts';
import type { KnownDetails } from '#domain/repositories.ts';
import {
  addressOf,
  Become,
  Care,
  type Server,
  ServerHandle,
  ServerStatus,
} from '#domain/server.ts';
import { legalTargets } from '#domain/server-status.ts';
import { line, Time, text, time, timeOrNull } from './common.ts';
import { GroupName } from './group.ts';

export const ServerWire = z.object({
  id: z.string(),
  handle: z.string(),
  server_handle: z.string(),
  provider: z.string(),
  provider_account_id: z.string(),
  provider_ref: z.string(),
  status: ServerStatus,
  status_before: ServerStatus.nullable(),
  /** Statuses a human may set now. */
  legal_statuses: z.array(ServerStatus),
  care: Care,
  hands_off: z.boolean(),
  group: z.string(),
  labels: z.record(z.string(), z.string()),
  notes: z.string(),
  os: z.string().nullable(),
  hostname: z.string().nullable(),
  connection: z.object({
    address: z.string().nullable(),
    ipv4: z.string().nullable(),
    ipv6: z.string().nullable(),
    family: z.enum(['ipv4', 'ipv6']),
    port: z.number().int(),
    user: z.string(),
    become: Become,
    jump_host: z.string().nullable(),
  }),
  episode: z.number().int(),
  provisioning_attempts: z.number().int(),
  last_health_check: Time.nullable(),
  last_incident: Time.nullable(),
  missing_since: Time.nullable(),
  /** Overrides its group's mode; null: the group's. */
  mode: RecoveryMode.nullable(),
  /** Its owner allows a reinstallation without asking. */
  rebuildable: z.boolean(),
  region: z.string().nullable(),
  created_at: Time,
  updated_at: Time,
});
export type ServerWire = z.infer<typeof ServerWire>;

/** What its provider last said of it; null before the first answer. */
export const ServerShown = ServerWire.extend({
  provider_details: z
    .object({
      state: z.enum(['active', 'suspended', 'unknown']),
      /** Non-null while the provider works on it. */
      active_task: z.string().nullable(),
      cpu_cores: z.number().nullable(),
      memory_mb: z.number().nullable(),
      disk_mb: z.number().nullable(),
      seen_at: Time,
    })
    .nullable(),
});

export const serverShown = (
  server: Server,
  known: KnownDetails | null,
): z.infer<typeof ServerShown> => ({
  ...serverToWire(server),
  provider_details: known && {
    state: known.facts.state,
    active_task: known.facts.activeTask,
    cpu_cores: known.facts.resources?.cpuCores ?? null,
    memory_mb: known.facts.resources?.memoryMb ?? null,
    disk_mb: known.facts.resources?.diskMb ?? null,
    seen_at: time(known.seenAt),
  },
});

export const serverToWire = (server: Server): ServerWire => ({
  id: server.id,
  handle: server.handle,
  server_handle: server.handle,
  provider: server.provider,
  provider_account_id: server.providerAccountId,
  provider_ref: server.providerRef,
  status: server.status,
  status_before: server.statusBefore,
  legal_statuses: [...legalTargets(server.status, 'human', server.statusBefore)],
  care: server.care,
  hands_off: server.handsOff,
  group: server.group,
  labels: { ...server.labels },
  notes: server.notes,
  os: server.os,
  hostname: server.hostname,
  connection: {
    address: addressOf(server.connection),
    ipv4: server.connection.ipv4,
    ipv6: server.connection.ipv6,
    family: server.connection.family,
    port: server.connection.port,
    user: server.connection.user,
    become: server.connection.become,
    jump_host: server.connection.jumpHost,
  },
  episode: server.episode,
  provisioning_attempts: server.provisioningAttempts,
  last_health_check: timeOrNull(server.lastHealthCheck),
  last_incident: timeOrNull(server.lastIncident),
  missing_since: timeOrNull(server.missingSince),
  mode: server.mode,
  rebuildable: server.rebuildable,
  region: server.region,
  created_at: time(server.createdAt),
  updated_at: time(server.updatedAt),
});

/** Login names as useradd takes them: nothing that a shell or an inventory could read otherwise. */
const Login = z.string().regex(/^[a-z_][a-z0-9_-]{0,31}$/i, 'A login name, like root.');
/** key=value, or a key alone. */
export const LABEL = /^[a-z0-9]([a-z0-9._/-]{0,61}[a-z0-9])?(=[^=\s][^\n]{0,254})?$/;
const LABEL_KEY = /^[a-z0-9]([a-z0-9._/-]{0,61}[a-z0-9])?$/;
const Labels = z
  .record(z.string().regex(LABEL_KEY, 'A label name is like env or team/name.'), line(255))
  .refine((labels) => Object.keys(labels).length <= 64, 'At most 64 labels.');
/** Servers of one region that fail together are one trouble. */
const Region = line(64);
const Port = z.number().int().min(1).max(65_535);

const connectionFields = {
  /** What a person enters outlasts what the provider's list says. */
  ipv4: z.ipv4().nullable(),
  ipv6: z.ipv6().nullable(),
  family: z.enum(['ipv4', 'ipv6']),
  port: Port,
  user: Login,
  become: Become,
  /** Handle of the server to hop over; null: none. */
  jump_host: ServerHandle.nullable(),
};

export const ServerCreate = z.strictObject({
  handle: ServerHandle,
  /** Name of the provider account it belongs to. */
  provider_account: line(64).default('manual'),
  /** Its id at the provider; the handle where there is none. */
  provider_ref: line(128).optional(),
  care: Care.default('none'),
  group: GroupName.optional(),
  labels: Labels.optional(),
  notes: text(4_000).optional(),
  /** Where it stands, like a data centre's name. */
  region: Region.optional(),
  connection: z
    .strictObject({
      ipv4: z.ipv4().nullable().default(null),
      ipv6: z.ipv6().nullable().default(null),
      family: connectionFields.family.optional(),
      port: Port.default(22),
      user: Login.default('root'),
      become: Become.default('none'),
      jump_host: ServerHandle.nullable().default(null),
    })
    .refine(
      ({ ipv4, ipv6, family }) =>
        family === 'ipv6' ? ipv6 !== null : family === 'ipv4' ? ipv4 !== null : !!(ipv4 ?? ipv6),
      'An address of the family in use is needed: ipv4 or ipv6.',
    ),
});

export const ServerPatchBody = z
  .strictObject({
    status: ServerStatus.optional(),
    /** With status force_rebuild only: reinstall wipes the disk, reset keeps it. */
    rebuild: z.enum(['reinstall', 'reset']).optional(),
    notes: text(4_000).optional(),
    care: Care.optional(),
    hands_off: z.boolean().optional(),
    group: GroupName.optional(),
    /** Replaces all labels. */
    labels: Labels.optional(),
    /** Null: the mode of its group. */
    mode: RecoveryMode.nullable().optional(),
    /** true lets a recovery wipe its disk without asking: needs scope admin. */
    rebuildable: z.boolean().optional(),
    /** Where it stands, like a data centre's name; null: not known. */
    region: Region.nullable().optional(),
    connection: z.strictObject(connectionFields).partial().optional(),
  })
  .refine((patch) => Object.keys(patch).length > 0, 'Nothing to change was given.')
  .refine((patch) => patch.rebuild === undefined || patch.status === 'force_rebuild', {
    path: ['rebuild'],
    message: 'Goes only with status force_rebuild.',
  });
export type ServerPatchBody = z.infer<typeof ServerPatchBody>;

export const LabelFilter = z.string().refine((value) => {
  const at = value.indexOf('=');
  return (
    at > 0 && LABEL_KEY.test(value.slice(0, at)) && line(255).safeParse(value.slice(at + 1)).success
  );
}, 'A label filter is name=value.');
