import type { Digest } from '../digest.ts';
import type { ChatWords, OnCallSlot, QuietHours, Reader, Subscription } from '../following.ts';
import type { Severity } from '../incident.ts';
import type { Notification, Receiver } from '../notification.ts';

/** What chats have chosen to hear, and how. */
export interface FollowingRepository {
  reader(receiver: Receiver): Promise<Reader>;
  subscriptions(receiver: Receiver): Promise<readonly Subscription[]>;
  /** One per scope and target; the same again changes its severity. `title` names a group's chat. */
  subscribe(
    subscription: Omit<Subscription, 'id'>,
    by: string,
    title: string | null,
  ): Promise<Subscription>;
  /** One of them, or all; how many there were. */
  unsubscribe(
    receiver: Receiver,
    one: Pick<Subscription, 'scope' | 'target'> | null,
    by: string,
  ): Promise<number>;
  /** What a group, or a topic of it, is spoken to in; a private chat has its person's choice. */
  speak(receiver: Receiver, words: ChatWords, by: string, title: string | null): Promise<void>;
  setQuiet(receiver: Receiver, quiet: QuietHours | null): Promise<void>;
  setDigest(receiver: Receiver, at: number | null): Promise<void>;
  /** No sound about this incident in this chat until then. */
  mute(receiver: Receiver, incidentId: string, until: Date): Promise<void>;
  /** Until when; null: it is not, or not any more. */
  mutedUntil(receiver: Receiver, incidentId: string, now: Date): Promise<Date | null>;
}

export interface OnCallRepository {
  slots(): Promise<readonly OnCallSlot[]>;
  /** At the end of the list. */
  add(slot: Pick<OnCallSlot, 'telegramId' | 'afterMinutes'>, by: string): Promise<OnCallSlot>;
  remove(id: string, by: string): Promise<boolean>;
  /** Changes places with the one before; false where there is none. */
  raise(id: string, by: string): Promise<boolean>;
  /** Incidents whose next call is due at this time, with who is called next (null: the owners). */
  due(now: Date): Promise<readonly DueEscalation[]>;
  /**
   * Counts the call and writes its messages in one transaction: to everybody who is told of the
   * incident, and to the one who is called whatever they subscribed to. False when somebody took
   * it, it ended, or another process called meanwhile.
   */
  escalate(due: DueEscalation, now: Date, notification: Notification): Promise<boolean>;
}

export interface DueEscalation {
  readonly incidentId: string;
  /** Calls so far. */
  readonly escalation: number;
  readonly slot: OnCallSlot | null;
  /** Name of the person who is called; empty for the owners and the webhook. */
  readonly who: string;
  readonly server: string;
  readonly type: string;
  readonly severity: Severity;
  readonly reopened: number;
  /** Minutes for which nobody took it. */
  readonly minutes: number;
}

export interface DigestRepository {
  /** Chats that want a digest each day, with the time of the last one. */
  wanted(): Promise<readonly { readonly reader: Reader; readonly last: Date | null }[]>;
  collect(since: Date, until: Date): Promise<Digest>;
  /** Writes it into the outbox for this chat, once per `last`; false when another process did. */
  send(
    receiver: Receiver,
    last: Date | null,
    now: Date,
    notification: Notification,
  ): Promise<boolean>;
}
