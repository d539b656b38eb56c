import type {
  Channel,
  DeliveryHealth,
  Notification,
  OutboxMessage,
  Receiver,
} from '../notification.ts';

export interface OutboxRepository {
  /**
   * One message per receiver: every person with a role unless their subscriptions say otherwise,
   * and every group or topic that is subscribed. Same dedupeKey and receiver: nothing happens.
   * What nobody would hear of although it must be heard goes to the owners, or to the webhook.
   */
  enqueue(notification: Notification): Promise<void>;
  /**
   * Claims due messages for `seconds`: the oldest of each receiver, or its oldest critical one
   * where the oldest has to wait. Default: Telegram's.
   */
  claim(limit: number, seconds: number, channel?: Channel): Promise<readonly OutboxMessage[]>;
  sent(id: string): Promise<void>;
  failed(id: string, reason: string, nextTryAt: Date | null): Promise<void>;
  /** Not yet: the receiver's messages of this hour are used up. Counts as no attempt. */
  hold(id: string, until: Date): Promise<void>;
  /** When messages went to this receiver since then, oldest first. */
  sentSince(receiver: Receiver, since: Date): Promise<readonly Date[]>;
  /** The receiver's waiting messages below critical, this one included; claims them for `seconds`. */
  batch(id: string, limit: number, seconds: number): Promise<readonly OutboxMessage[]>;
  /** Their words went out in one message. */
  combined(ids: readonly string[]): Promise<void>;
  /** The same by webhook, once; false when it is there already. */
  duplicate(id: string): Promise<boolean>;
  /** Whether this event reached, or may still reach, anybody in Telegram. */
  isHopeless(dedupeKey: string): Promise<boolean>;
  health(): Promise<DeliveryHealth>;
}
