import type { ProviderFacts } from '../provider.ts';

/** What a provider last said of one of its servers, and when. */
export interface KnownDetails {
  readonly facts: ProviderFacts;
  readonly seenAt: Date;
}

/** The provider's answers, kept for those who ask. */
export interface ProviderDetailsRepository {
  find(serverId: string): Promise<KnownDetails | null>;
  /** Also takes over what the server itself shows: operating system, further addresses. */
  put(serverId: string, facts: ProviderFacts): Promise<void>;
  /**
   * Servers of an account that are listed and whose details are missing or older than `before`;
   * those without any first, then the oldest.
   */
  stale(
    account: string,
    before: Date,
    limit: number,
  ): Promise<readonly { readonly id: string; readonly handle: string; readonly ref: string }[]>;
}
