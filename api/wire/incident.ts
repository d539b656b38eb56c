import { z } from 'zod';
import {
  type Incident,
  type IncidentEvent,
  IncidentStatus,
  IncidentType,
  incidentTimes,
  runbookUrl,
  Severity,
} from '#domain/incident.ts';
import { ServerHandle } from '#domain/server.ts';
import { line, Time, text, time, timeOrNull } from './common.ts';

const Seconds = z.number().min(0);

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
  /** When the trouble began. */
  failed_at: Time,
  detected_at: Time,
  resolved_at: Time.nullable(),
  closed_by: z.string().nullable(),
  close_reason: z.string().nullable(),
  /** How often the same came back within ten minutes. */
  reopened: z.number().int(),
  /** Shown, not told: a mass failure or a maintenance window speaks for it. */
  muted: z.boolean(),
  time_to_detect_seconds: Seconds,
  time_to_acknowledge_seconds: Seconds.nullable(),
  /** From its beginning to its end; null while it is open. */
  time_to_recover_seconds: Seconds.nullable(),
  /** Where the steps by hand are described. */
  runbook: z.string(),
});
export type IncidentWire = z.infer<typeof IncidentWire>;

/** `publicUrl` is where people reach the API: the runbook's link begins with it. */
export const incidentToWire =
  (publicUrl: string) =>
  (incident: Incident): IncidentWire => {
    const times = incidentTimes(incident);
    return {
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
      failed_at: time(incident.failedAt),
      detected_at: time(incident.detectedAt),
      resolved_at: timeOrNull(incident.resolvedAt),
      closed_by: incident.closedBy,
      close_reason: incident.closeReason,
      reopened: incident.reopened,
      muted: incident.muted,
      time_to_detect_seconds: times.detect,
      time_to_acknowledge_seconds: times.acknowledge,
      time_to_recover_seconds: times.recover,
      runbook: runbookUrl(publicUrl, incident.type),
    };
  };

export const IncidentEventWire = z.object({
  id: z.string(),
  at: Time,
  actor: z.string(),
  text: z.string(),
  data: z.record(z.string(), z.unknown()),
});

export const incidentEventToWire = ({
  id,
  at,
  actor,
  text,
  data,
}: IncidentEvent): z.infer<typeof IncidentEventWire> => ({
  id,
  at: time(at),
  actor,
  text,
  data: { ...data },
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
