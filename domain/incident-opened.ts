import type { Incident } from './incident.ts';
import type { Notification } from './notification.ts';
import type { RecoveryMode } from './recovery.ts';
import type { Server } from './server.ts';

/** Servers that the agent may bring back: managed, not lent out, not under somebody's hands. */
export const isOurs = ({ care, handsOff, status }: Server): boolean =>
  care === 'managed' && !handsOff && status !== 'maintenance';

/**
 * What people are told when an incident opens, or when one that a mass failure spoke for gets its
 * own voice back; the same key, so it is told once. `mode` is null where nothing will be recovered.
 */
export const incidentOpened = (incident: Incident, mode: RecoveryMode | null): Notification => ({
  dedupeKey: `incident:${incident.id}:opened:${incident.reopened}`,
  ...{ severity: incident.severity, kind: 'incident_opened', operationId: null },
  serverHandle: incident.serverHandle,
  params: {
    ...{ type: incident.type, server: incident.serverHandle, reason: incident.details },
    since: incident.failedAt.toISOString(),
    services: incident.affectedServices.join(', '),
    mode: mode ?? '',
    incident: incident.id,
  },
});
