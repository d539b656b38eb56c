import type { HostKey } from '../remote.ts';
import type { Secret } from '../secret.ts';

export type CredentialKind = 'root_password' | 'ssh_key' | 'become_password';
export interface Credential {
  readonly id: string;
  readonly serverHandle: string;
  readonly kind: CredentialKind;
  readonly user: string;
  readonly secret: Secret;
  readonly fingerprint: string | null;
  readonly verifiedAt: Date | null;
  readonly supersededAt: Date | null;
}
export interface CredentialRepository {
  save(input: {
    serverHandle: string;
    kind: CredentialKind;
    user: string;
    secret: Secret;
    fingerprint?: string;
    verified?: boolean;
  }): Promise<Credential>;
  require(id: string): Promise<Credential>;
  /** Newest not superseded of the kind. */
  current(serverHandle: string, kind: CredentialKind): Promise<Credential | null>;
  /** Marks it verified and only then the older ones of its kind superseded (they are kept). */
  markVerified(id: string): Promise<void>;
}

export interface HostKeyRepository {
  list(serverHandle: string): Promise<readonly HostKey[]>;
  /** Replaces what was recorded; `reason` goes to the audit. */
  replace(serverHandle: string, keys: readonly HostKey[], reason: string): Promise<void>;
}
