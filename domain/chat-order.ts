import { createHash } from 'node:crypto';
import { canonicalJson } from './approval-hash.ts';
import type { Incident } from './incident.ts';
import type { RecoveryMode } from './recovery.ts';
import { addressOf, type Server } from './server.ts';

/** asked: waits for its yes. The rest are ends; a void question (its facts changed) is `expired`. */
export type ChatOrderStatus = 'asked' | 'confirmed' | 'declined' | 'expired';

/** Seconds in which a question of the chat may be answered. */
export const CHAT_ORDER_SECONDS = 600;

/** What one person was asked to confirm in one chat: single use, and by nobody else. */
export interface ChatOrder {
  /** Ten letters and digits; also names what the order starts, so that it starts once. */
  readonly id: string;
  readonly verb: string;
  /** A server's handle, `group:NAME`, or `fleet`. */
  readonly target: string;
  readonly arguments: Readonly<Record<string, string>>;
  /** Telegram ids. */
  readonly askedBy: bigint;
  readonly chatId: bigint;
  /** 0: no topic. */
  readonly threadId: number;
  /** Of the target as it was shown. */
  readonly factsHash: string;
  readonly status: ChatOrderStatus;
  readonly operationId: string | null;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly decidedAt: Date | null;
}
export type NewChatOrder = Omit<ChatOrder, 'status' | 'operationId' | 'decidedAt'>;

/** The same update asks the same question, however often it is handled. */
export const chatOrderId = (chatId: bigint, updateId: number): string =>
  BigInt(`0x${sha256(`${chatId}:${updateId}`)}`)
    .toString(36)
    .slice(0, 10);

/** What a question about a server rests on; anything else may change in between. */
export const serverFacts = (
  server: Server,
  groupMode: RecoveryMode,
  openIncidents: readonly Pick<Incident, 'id'>[],
): Readonly<Record<string, unknown>> => ({
  server: server.id,
  status: server.status,
  address: addressOf(server.connection),
  provider_ref: server.providerRef,
  care: server.care,
  hands_off: server.handsOff,
  mode: server.mode ?? groupMode,
  incidents: openIncidents.map(({ id }) => id).sort(),
});

export const factsHash = (facts: Readonly<Record<string, unknown>>): string =>
  sha256(canonicalJson(facts));

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
