import { z } from 'zod';

export const IncidentType = z.enum([
  'server_unreachable',
  'ssh_blocked',
  'suspended',
  'server_degraded',
  'service_down',
  'provisioning_failed',
  'provider_api_unavailable',
  'flapping',
  'mass_failure',
  'certificate_expiring',
  'disk_full',
]);
export type IncidentType = z.infer<typeof IncidentType>;

export const IncidentStatus = z.enum(['detected', 'recovering', 'resolved', 'failed']);
export type IncidentStatus = z.infer<typeof IncidentStatus>;

/** detected and recovering are open; at most one open per (target, type). */
export const OPEN_INCIDENT_STATUSES = ['detected', 'recovering'] as const;

export const Severity = z.enum(['info', 'warning', 'error', 'critical', 'success']);
export type Severity = z.infer<typeof Severity>;

export interface Incident {
  readonly id: string;
  readonly type: IncidentType;
  readonly status: IncidentStatus;
  readonly severity: Severity;
  readonly serverHandle: string;
  readonly details: string;
  readonly affectedServices: readonly string[];
  readonly operationId: string | null;
  readonly takenBy: string | null;
  readonly takenAt: Date | null;
  readonly recoveryAttempts: number;
  /** When the trouble began: before it was detected. */
  readonly failedAt: Date;
  readonly detectedAt: Date;
  readonly reopened: number;
  /** Counted and shown, never told: something larger speaks for it. */
  readonly muted: boolean;
  readonly resolvedAt: Date | null;
  readonly closedBy: string | null;
  readonly closeReason: string | null;
}

/** One line of an incident's timeline: a fact, an action, a message or a person's word. */
export interface IncidentEvent {
  readonly id: string;
  readonly at: Date;
  readonly actor: string;
  readonly text: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** What the same trouble may come back within, in seconds, to count as the same incident. */
export const REOPEN_SECONDS = 600;

/** The page of docs/runbooks/ for a kind, as the API serves it below its public address. */
export const runbookPath = (type: IncidentType): string => `/runbooks/${type}`;

export const runbookUrl = (publicUrl: string, type: IncidentType): string =>
  `${publicUrl.replace(/\/+$/, '')}${runbookPath(type)}`;

/** Seconds between two times; clocks that jumped give no negative ones. */
const between = (from: Date, to: Date): number =>
  Math.max(0, Math.round((to.getTime() - from.getTime()) / 1000));

/** In seconds; null for what has not happened yet. `recover` is from its beginning to its end. */
export const incidentTimes = ({
  failedAt,
  detectedAt,
  takenAt,
  resolvedAt,
}: Pick<Incident, 'failedAt' | 'detectedAt' | 'takenAt' | 'resolvedAt'>) => ({
  detect: between(failedAt, detectedAt),
  acknowledge: takenAt && between(detectedAt, takenAt),
  recover: resolvedAt && between(failedAt, resolvedAt),
});
