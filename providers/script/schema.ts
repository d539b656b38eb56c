import { isAbsolute } from 'node:path';
import { z } from 'zod';
import { Secret } from '#domain/secret.ts';

const program = (setting: string) =>
  z
    .unknown()
    .optional()
    .pipe(
      z
        .string({ error: `${setting} is required beside the other programs` })
        .refine(isAbsolute, `${setting} must be an absolute path`),
    );

export const Settings = z.object({
  provision: program('SCRIPT_PROVISION'),
  terminate: program('SCRIPT_TERMINATE'),
  healthCheck: program('SCRIPT_HEALTH_CHECK'),
  /** Deadline of one program, in seconds. */
  timeout: z.coerce.number().int().min(1).max(3600).default(300),
});
export type Settings = z.output<typeof Settings>;

/** What is asked for; snake_case because it goes to the program as it is. */
export interface ProvisionRequest {
  readonly contract_id: string;
  readonly offering: {
    readonly id: string;
    readonly cpu_cores: number;
    readonly memory_gb: number;
    readonly storage_gb: number;
    readonly bandwidth_mbps: number;
  };
  readonly requester_ssh_pubkey: string;
  readonly instance_config: Readonly<Record<string, unknown>>;
}

export interface TargetRequest {
  /** Left out where only the server is known. */
  readonly contract_id?: string;
  readonly external_id: string;
}

export type ScriptRequest =
  | ({ readonly action: 'provision' } & ProvisionRequest)
  | ({ readonly action: 'terminate' | 'health_check' } & TargetRequest);

/** Goes into paths, inventories and logs; one line of harmless characters. */
const ExternalId = z.string().regex(/^[A-Za-z0-9][\w.:@-]{0,127}$/, 'has illegal characters');

const Instance = z
  .object({
    external_id: ExternalId,
    ip_address: z.ipv4().nullish(),
    ipv6_address: z.ipv6().nullish(),
    ssh_port: z.number().int().min(1).max(65_535).nullish(),
    root_password: z.string().min(1).max(1024).nullish(),
    region: z
      .string()
      .regex(/^[\w][\w ./:-]{0,63}$/, 'has illegal characters')
      .nullish(),
  })
  .refine((it) => (it.ip_address ?? it.ipv6_address ?? null) !== null, {
    path: ['ip_address'],
    message: 'an address is needed: ip_address or ipv6_address',
  })
  .transform((it) => ({
    ref: it.external_id,
    ipv4: it.ip_address ?? null,
    ipv6: it.ipv6_address ?? null,
    sshPort: it.ssh_port ?? 22,
    region: it.region ?? null,
    password: it.root_password ? new Secret(it.root_password) : null,
  }));
export type Instance = z.output<typeof Instance>;

const Health = z.object({
  status: z.enum(['healthy', 'unhealthy', 'provisioning', 'suspended', 'unknown']),
});

const Success = z.object({
  success: z.literal(true),
  instance: Instance.nullish(),
  health: Health.nullish(),
});
const Failure = z.object({
  success: z.literal(false),
  error: z.string().max(2000),
  code: z.enum(['not_found', 'busy', 'suspended', 'login']).nullish(),
  retry_possible: z.boolean().default(false),
});

/** One JSON object on stdout; fields we do not know are ignored. */
export const Answer = z.discriminatedUnion('success', [Success, Failure]);
export type Answer = z.output<typeof Answer>;
export type Success = z.output<typeof Success>;
export type Failure = z.output<typeof Failure>;
