import type { CardSubject, ChatCard, OperationProgress } from '../card.ts';
import type { Receiver } from '../notification.ts';
import type { RecoveryMode } from '../recovery.ts';

/** A card, and a stamp of the rows it is drawn from: another stamp means another look. */
export interface StampedCard extends ChatCard {
  readonly stamp: string;
}

export interface CardRepository {
  find(subject: CardSubject, subjectId: string, receiver: Receiver): Promise<ChatCard | null>;
  /** Cards on which something may still change, oldest first. */
  open(limit: number): Promise<readonly StampedCard[]>;
  /** One per subject and chat; a later message takes the place of the earlier. */
  put(card: Omit<ChatCard, 'id'>): Promise<void>;
  redrawn(id: string, shown: string, closed: boolean): Promise<void>;
  /** The message is no more. */
  forget(id: string): Promise<void>;
  progress(operationId: string): Promise<OperationProgress>;
  /** How the incident's server is recovered; null where nothing is done by itself. */
  modeOf(incidentId: string): Promise<RecoveryMode | null>;
  /**
   * Chats that ordered an operation by hand since then, and have no card of it yet: where the order
   * was confirmed, else the private chat of the one who gave it.
   */
  ordered(
    since: Date,
  ): Promise<readonly { readonly operationId: string; readonly receiver: Receiver }[]>;
}
