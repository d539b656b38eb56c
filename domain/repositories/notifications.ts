import type { Notification, OutboxMessage } from '../notification.ts';

export interface OutboxRepository {
  /** One message per admin (role not null); same dedupeKey and receiver: nothing happens. */
  enqueue(notification: Notification): Promise<void>;
  /** Claims due messages for `seconds`; ordered per receiver. */
  claim(limit: number, seconds: number): Promise<readonly OutboxMessage[]>;
  sent(id: string): Promise<void>;
  failed(id: string, reason: string, nextTryAt: Date | null): Promise<void>;
}
