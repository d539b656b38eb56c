/** An account at a provider, as it was last looked at. */
export interface ProviderAccount {
  readonly id: string;
  readonly name: string;
  readonly provider: string;
  /** End of the last completed look at its list of servers; null where there is none. */
  readonly lastSyncAt: Date | null;
}

export interface AccountRepository {
  /** All of them by name: there are few. */
  list(): Promise<readonly ProviderAccount[]>;
}
