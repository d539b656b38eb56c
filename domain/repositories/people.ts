import type { Secret } from '../secret.ts';
import type { ApiToken, Role, Scope, User } from '../user.ts';
import type { Page, Paging } from './paging.ts';

export interface PersonNames {
  readonly telegramId: bigint;
  readonly username: string | null;
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly languageCode: string | null;
}

/**
 * What a code did. refused: wrong, used, expired, or out of tries. kept: the person has that role or
 * a higher one already; the code is still good for somebody else. `first`: the first owner.
 */
export type JoinOutcome =
  | { readonly outcome: 'refused' }
  | {
      readonly outcome: 'joined' | 'raised' | 'kept';
      readonly role: Role;
      readonly first: boolean;
    };

export interface RoleChange {
  readonly user: User;
  readonly before: Role | null;
}

export interface UserRepository {
  /** `role` only to raise somebody: what ends with a role is ended by `setRole`. */
  upsert(user: PersonNames & { role?: Role; seen: boolean }): Promise<User>;
  find(telegramId: bigint): Promise<User | null>;
  /** Those of them who are known, in one query. */
  findMany(telegramIds: readonly bigint[]): Promise<readonly User[]>;
  /** `withRole`: without those that are known by name only. */
  list(paging: Paging & { readonly withRole?: boolean }): Promise<Page<User>>;
  /** The one-time owner code: stored hashed; a new one replaces the old; null when an owner exists. */
  issuePairingCode(ttlSeconds: number): Promise<Secret | null>;
  /**
   * A one-time code of a role, stored hashed; several may be open. Throws `forbidden` when `by` is a
   * person (`tg:<id>`) who is no owner now.
   */
  invite(
    role: Role,
    by: string,
    ttlSeconds: number,
  ): Promise<{ readonly code: Secret; readonly expiresAt: Date }>;
  /** Compare-and-set. Bounded tries over all strangers. Owners are told who joined. */
  join(person: PersonNames, code: Secret): Promise<JoinOutcome>;
  /**
   * Gives, changes or (null) takes a role; in the same transaction ends what stood on the one before.
   * Throws `not_found` (nobody of that id is known), `forbidden` (`by` is a person and no owner now),
   * `conflict` (the last owner, unless `evenLastOwner`).
   */
  setRole(
    telegramId: bigint,
    role: Role | null,
    by: string,
    options?: { readonly evenLastOwner?: boolean },
  ): Promise<RoleChange>;
  /** People took this person's role away or lowered it, and none gave it back since. */
  wasLowered(telegramId: bigint): Promise<boolean>;
  /** What a person chose for themselves; absent fields stay. */
  choose(
    telegramId: bigint,
    choice: { readonly language?: User['language']; readonly timeZone?: string | null },
  ): Promise<User>;
}

export interface ApiTokenRepository {
  /**
   * The plain token is returned once and stored hashed. `ownerId`: the person it stands for; throws
   * `conflict` when their role does not cover the scope.
   */
  create(
    name: string,
    scope: Scope,
    ownerId?: bigint | null,
  ): Promise<{ token: ApiToken; plain: Secret }>;
  authenticate(plain: Secret): Promise<ApiToken | null>;
  list(): Promise<readonly ApiToken[]>;
  revoke(id: string): Promise<boolean>;
}
