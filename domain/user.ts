import { z } from 'zod';

export const Role = z.enum(['viewer', 'operator', 'owner']);
export type Role = z.infer<typeof Role>;

export interface User {
  /** Telegram's user id, decimal; fits 52 bits. */
  readonly telegramId: bigint;
  readonly username: string | null;
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly languageCode: string | null;
  /** Null: known by name only, gets no data. */
  readonly role: Role | null;
  readonly createdAt: Date;
  readonly lastSeen: Date | null;
}

/** API scopes, each including the one before it. */
export const Scope = z.enum(['read', 'operate', 'admin']);
export type Scope = z.infer<typeof Scope>;

export const scopeCovers = (have: Scope, need: Scope): boolean =>
  Scope.options.indexOf(have) >= Scope.options.indexOf(need);

export interface ApiToken {
  readonly id: string;
  readonly name: string;
  readonly scope: Scope;
  readonly createdAt: Date;
  readonly lastUsedAt: Date | null;
  readonly revokedAt: Date | null;
}
