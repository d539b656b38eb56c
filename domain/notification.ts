import type { Severity } from './incident.ts';

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
    /** params: type, server, seconds, rungs, redeployed. */
    | 'incident_resolved'
    /** The ladder is exhausted. params: type, server, tried, skipped, hint, runbook, incident. */
    | 'incident_failed'
    /** params: approval, server, effect, why, lost, undo, until, round. */
    | 'approval_needed'
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

export interface OutboxMessage {
  readonly id: string;
  readonly notification: Notification;
  readonly receiver: bigint;
  readonly attempts: number;
  readonly createdAt: Date;
}
