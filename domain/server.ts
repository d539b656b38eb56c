import { z } from 'zod';
import type { RecoveryMode } from './recovery.ts';

export const SERVER_STATUSES = [
  'discovered',
  'pending_setup',
  'provisioning',
  'force_rebuild',
  'ready',
  'in_use',
  'error',
  'maintenance',
  'reserved',
  'decommissioned',
  'unreachable',
] as const;
export const ServerStatus = z.enum(SERVER_STATUSES);
export type ServerStatus = z.infer<typeof ServerStatus>;

/** How far Zavhoz may go. */
export const Care = z.enum(['none', 'watch', 'managed']);
export type Care = z.infer<typeof Care>;

/** `vps-<provider id>`: how people and programs name a server. */
export const ServerHandle = z
  .string()
  .regex(
    /^[a-z][a-z0-9-]{0,62}$/,
    'a handle is lower-case letters, digits and dashes, like vps-1001',
  );

export const Become = z.enum(['none', 'sudo', 'sudo_password']);
export type Become = z.infer<typeof Become>;

/** How a server is reached. Addresses are literal IPs; `family` picks the one in use. */
export interface Connection {
  readonly ipv4: string | null;
  readonly ipv6: string | null;
  readonly family: 'ipv4' | 'ipv6';
  readonly port: number;
  readonly user: string;
  readonly become: Become;
  /** Handle of the server to hop over, when there is one. */
  readonly jumpHost: string | null;
}

export interface Server {
  readonly id: string;
  readonly handle: string;
  readonly providerAccountId: string;
  /** Name in the list of providers, e.g. `time4vps`. */
  readonly provider: string;
  /** Identity at the provider; with the account it is the server's identity, the IP never is. */
  readonly providerRef: string;
  readonly status: ServerStatus;
  readonly statusBefore: ServerStatus | null;
  readonly care: Care;
  readonly handsOff: boolean;
  readonly connection: Connection;
  readonly group: string;
  /** TCP ports that its group and its services declare, beside SSH, 80 and 443. */
  readonly openPorts: readonly number[];
  readonly labels: Readonly<Record<string, string>>;
  readonly notes: string;
  readonly os: string | null;
  readonly hostname: string | null;
  /** Raised by each new force_rebuild or provisioning intent; attempts are counted within it. */
  readonly episode: number;
  readonly provisioningAttempts: number;
  readonly lastHealthCheck: Date | null;
  readonly lastIncident: Date | null;
  /** Other servers are reached over it: a bastion that the agent depends on. */
  readonly servesAsJumpHost: boolean;
  readonly missingSince: Date | null;
  /** Overrides its group's mode: an adopted server begins with `observe`. */
  readonly mode: RecoveryMode | null;
  /** Its owner allows a reinstallation without asking. */
  readonly rebuildable: boolean;
  readonly region: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** The address in use; null where the provider has not given one yet. */
export function addressOf(connection: Connection): string | null {
  return connection.family === 'ipv6' ? connection.ipv6 : connection.ipv4;
}
