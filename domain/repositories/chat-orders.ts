import type { ChatOrder, NewChatOrder } from '../chat-order.ts';

export interface ChatOrderRepository {
  /** Stores a question; the one that is there already when the same update asks again. */
  ask(order: NewChatOrder): Promise<ChatOrder>;
  find(id: string): Promise<ChatOrder | null>;
  /**
   * asked -> confirmed | declined | expired, once. True for the update that decided it, also when
   * that update is handled again; false for every other, and for a confirmation that comes too late.
   */
  decide(
    id: string,
    to: 'confirmed' | 'declined' | 'expired',
    updateId: number,
    at: Date,
  ): Promise<boolean>;
  /** Notes what a confirmed order has started. */
  started(id: string, operationId: string): Promise<void>;
  /** Drops questions that ended or expired before `before`; returns how many. */
  prune(before: Date): Promise<number>;
}
