import type { Severity } from './incident.ts';

/** A chat, or one topic of a forum in it (0: none). A person's private chat has the person's id. */
export interface Receiver {
  readonly chatId: bigint;
  readonly threadId: number;
}

/** The webhook's rows are nobody's chat. */
export const WEBHOOK_RECEIVER: Receiver = { chatId: 0n, threadId: 0 };

export type Channel = 'telegram' | 'webhook';

/** What admins are told; the text is rendered per reader, in their language, by bot/locales. */
export interface Notification {
  /** Delivered at most once per key and receiver (twice only where Telegram's answer was lost). */
  readonly dedupeKey: string;
  readonly severity: Severity;
  readonly kind:
    | 'server_discovered'
    | 'server_missing'
    | 'provisioning_started'
    | 'rebuild_started'
    | 'server_ready'
    | 'provisioning_failed'
    | 'provisioning_retry'
    /** params: server, by. */
    | 'reboot_started'
    /** params: server, seconds. */
    | 'server_rebooted'
    /** params: server, code, step, reason, hint. */
    | 'reboot_failed'
    | 'operation_cancelled'
    | 'operation_expired'
    | 'input_needed'
    /** params: type, server, reason, since, services, mode, incident (its id: gives a Take button). */
    | 'incident_opened'
    /** params: type, server, seconds, rungs, redeployed, incident. */
    | 'incident_resolved'
    /** The ladder is exhausted. params: type, server, tried, skipped, hint, runbook, incident. */
    | 'incident_failed'
    /** Nobody took it. params: type, server, incident, who (a name or empty), minutes, step. */
    | 'incident_escalated'
    /** params: approval, server, effect, why, lost, undo, until, round, incident. */
    | 'approval_needed'
    /** params: digest (JSON of domain/digest.ts). */
    | 'daily_digest'
    /** params: count, total, where, examples. */
    | 'mass_failure'
    /** The monitor's own network was away. params: from, until, seconds. */
    | 'blind_interval'
    /** params: reason, by. */
    | 'fleet_frozen'
    /** params: reason, by; count and open (names): what a mass failure spoke for and is still open. */
    | 'fleet_rearmed'
    /** params: provider, reason. */
    | 'provider_unavailable'
    | 'provider_back'
    /** To owners. params: name, role, by (who invited them), raised (1: had a lesser role). */
    | 'user_joined'
    /** To one owner. params: code, server, until. */
    | 'secret_code';
  /** Values for the text; strings are shown escaped. */
  readonly params: Readonly<Record<string, string | number>>;
  readonly serverHandle: string | null;
  readonly operationId: string | null;
}

/** Kinds that wait for a person's word. */
export const NEEDS_WORD: ReadonlySet<Notification['kind']> = new Set([
  'approval_needed',
  'input_needed',
]);

export interface OutboxMessage {
  readonly id: string;
  readonly notification: Notification;
  readonly receiver: Receiver;
  readonly channel: Channel;
  /** The incident it is about. */
  readonly incidentId: string | null;
  readonly attempts: number;
  /** It waited because the messages of its hour were used up: it goes out with its like. */
  readonly held: boolean;
  readonly createdAt: Date;
}

/** How the delivery by Telegram goes: messages that were refused, or found no way, again and again. */
export interface DeliveryHealth {
  readonly failing: boolean;
  /** When the oldest of them was written. */
  readonly since: Date | null;
  readonly waiting: number;
}

/** From so many failures on, a message is in trouble: the second channel is used. */
export const MANY_FAILURES = 5;
