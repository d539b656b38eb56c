import type { Secret } from '../secret.ts';
import type { ApiToken, Role, Scope, User } from '../user.ts';
import type { Page, Paging } from './paging.ts';

export interface UserRepository {
  upsert(user: {
    telegramId: bigint;
    username: string | null;
    firstName: string | null;
    lastName: string | null;
    languageCode: string | null;
    role?: Role;
    seen: boolean;
  }): Promise<User>;
  find(telegramId: bigint): Promise<User | null>;
  /** Those of them who are known, in one query. */
  findMany(telegramIds: readonly bigint[]): Promise<readonly User[]>;
  list(paging: Paging): Promise<Page<User>>;
  /** The one-time owner code: stored hashed; a new one replaces the old; null when an owner exists. */
  issuePairingCode(ttlSeconds: number): Promise<Secret | null>;
  /** Compare-and-set; false for a wrong, used or expired code. Bounded tries. */
  pair(telegramId: bigint, code: Secret): Promise<boolean>;
}

export interface ApiTokenRepository {
  /** The plain token is returned once and stored hashed. */
  create(name: string, scope: Scope): Promise<{ token: ApiToken; plain: Secret }>;
  authenticate(plain: Secret): Promise<ApiToken | null>;
  list(): Promise<readonly ApiToken[]>;
  revoke(id: string): Promise<boolean>;
}
