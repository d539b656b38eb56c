import type { Secret } from '../secret.ts';

/** What a link answers; gone: unknown, expired, used, out of tries, or its person is no owner now. */
export type SecretLinkState = 'open' | 'gone';

/** A secret as it is shown, this once. */
export interface ShownSecret {
  readonly serverHandle: string;
  readonly user: string;
  readonly secret: Secret;
}

/**
 * Links that show one stored secret once, to the owner who asked. The link alone shows nothing: a
 * second one-time code goes to the owner's private chat after the page was opened.
 */
export interface SecretLinkRepository {
  /**
   * Null when no root password of the server is stored. Throws `forbidden` for somebody who is no
   * owner now. `token` is what stands in the link; only its hash is kept.
   */
  create(
    serverHandle: string,
    ownerId: bigint,
    ttlSeconds: number,
  ): Promise<{ readonly token: Secret; readonly expiresAt: Date } | null>;
  state(token: Secret): Promise<SecretLinkState>;
  /** Sends the second code, once per link; `from` (an address) goes into the audit. */
  sendCode(token: Secret, from: string): Promise<SecretLinkState>;
  /** Shows the secret and ends the link, in one compare-and-set; a few wrong codes end it as well. */
  reveal(token: Secret, code: Secret, from: string): Promise<ShownSecret | 'wrong' | 'gone'>;
}
