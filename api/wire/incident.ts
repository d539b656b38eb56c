import { z } from 'zod';
import { type Incident, IncidentStatus, IncidentType, Severity } from '#domain/incident.ts';
import { ServerHandle } from '#domain/server.ts';
import { line, Time, text, time, timeOrNull } from './common.ts';

export const IncidentWire = z.object({
  id: z.string(),
  incident_type: IncidentType,
  status: IncidentStatus,
  severity: Severity,
  server_handle: z.string(),
  details: z.string(),
  affected_services: z.array(z.string()),
  operation_id: z.string().nullable(),
  taken_by: z.string().nullable(),
  taken_at: Time.nullable(),
  recovery_attempts: z.number().int(),
  detected_at: Time,
  resolved_at: Time.nullable(),
  closed_by: z.string().nullable(),
  close_reason: z.string().nullable(),
});
export type IncidentWire = z.infer<typeof IncidentWire>;

export const incidentToWire = (incident: Incident): IncidentWire => ({
  id: incident.id,
  incident_type: incident.type,
  status: incident.status,
  severity: incident.severity,
  server_handle: incident.serverHandle,
  details: incident.details,
  affected_services: [...incident.affectedServices],
  operation_id: incident.operationId,
  taken_by: incident.takenBy,
  taken_at: timeOrNull(incident.takenAt),
  recovery_attempts: incident.recoveryAttempts,
  detected_at: time(incident.detectedAt),
  resolved_at: timeOrNull(incident.resolvedAt),
  closed_by: incident.closedBy,
  close_reason: incident.closeReason,
});

export const IncidentCreate = z.strictObject({
  server_handle: ServerHandle,
  incident_type: IncidentType,
  severity: Severity.exclude(['success']).default('warning'),
  details: text(8_000).default(''),
  operation_id: z.uuid().optional(),
});

export const IncidentPatch = z
  .strictObject({
    /** A human closes an incident, with a reason. */
    status: z.enum(['resolved', 'failed']).optional(),
    reason: line(1_000).optional(),
    taken_by: line(128).optional(),
    details: text(8_000).optional(),
  })
  .refine((patch) => Object.keys(patch).length > 0, 'Nothing to change was given.')
  .refine((patch) => (patch.status === undefined) === (patch.reason === undefined), {
    path: ['reason'],
    message: 'Goes with status, and status needs it: why the incident is closed.',
  });
