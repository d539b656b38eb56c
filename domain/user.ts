import { z } from 'zod';
import { OpsError } from './errors.ts';

export const Role = z.enum(['viewer', 'operator', 'owner']);
export type Role = z.infer<typeof Role>;

/** Whether a role allows what another one does; nobody's role (null) allows nothing. */
export const roleCovers = (have: Role | null, need: Role): boolean =>
  have !== null && Role.options.indexOf(have) >= Role.options.indexOf(need);

export const ChatLanguage = z.enum(['en', 'ru']);
export type ChatLanguage = z.infer<typeof ChatLanguage>;

export interface User {
  /** Telegram's user id, decimal; fits 52 bits. */
  readonly telegramId: bigint;
  readonly username: string | null;
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly languageCode: string | null;
  /** Null: known by name only, gets no data. */
  readonly role: Role | null;
  /** Chosen by the person; null: as Telegram says. */
  readonly language: ChatLanguage | null;
  /** IANA name, chosen by the person; null: UTC. */
  readonly timeZone: string | null;
  readonly createdAt: Date;
  readonly lastSeen: Date | null;
}

/** API scopes, each including the one before it. */
export const Scope = z.enum(['read', 'operate', 'admin']);
export type Scope = z.infer<typeof Scope>;

export const scopeCovers = (have: Scope, need: Scope): boolean =>
  Scope.options.indexOf(have) >= Scope.options.indexOf(need);

/** The most that a token may do which stands for somebody of this role. */
export const SCOPE_OF_ROLE: Readonly<Record<Role, Scope>> = {
  viewer: 'read',
  operator: 'operate',
  owner: 'admin',
};

/** Throws `conflict` unless somebody of this role may have a token of this scope. */
export function assertScopeOfRole(role: Role | null, scope: Scope): void {
  if (role && scopeCovers(SCOPE_OF_ROLE[role], scope)) return;
  const have = role ? `the role ${role} covers` : 'no role covers';
  throw new OpsError('conflict', `A token of scope ${scope} is more than ${have}.`, {
    hint: role
      ? `Choose scope ${SCOPE_OF_ROLE[role]}, or give the person a higher role first.`
      : 'Give the person a role first.',
  });
}

export interface ApiToken {
  readonly id: string;
  readonly name: string;
  readonly scope: Scope;
  /** The person it stands for: it ends with their role. Null: the host's, or a program's. */
  readonly ownerId: bigint | null;
  readonly createdAt: Date;
  readonly lastUsedAt: Date | null;
  readonly revokedAt: Date | null;
}

/** The IANA name as it is written properly; null for what is none. */
export function timeZoneOf(name: string): string | null {
  // Offsets (`+03:00`) are zones to Intl, but know no summer time.
  if (!/^[a-z]/i.test(name)) return null;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    return null;
  }
}
