export interface ChatRepository {
  /**
   * A group became a supergroup: what was kept under its old id goes on under the new one, but for the
   * cards (messages have other numbers there). Run twice it does nothing more; where both ids have
   * something, what the new one has stays.
   */
  migrate(from: bigint, to: bigint): Promise<void>;
}
