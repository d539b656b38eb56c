import type { Incident } from './incident.ts';
import { hasLadder } from './ladder.ts';
import type { Notification } from './notification.ts';
import type { RecoveryMode } from './recovery.ts';
import type { Server } from './server.ts';

/** Whether a ladder may bring it back: there is one, and the server is managed and in nobody's hands. */
export const isRecoverable = ({ type }: Incident, { care, handsOff, status }: Server): boolean =>
  hasLadder(type) && care === 'managed' && !handsOff && status !== 'maintenance';

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
