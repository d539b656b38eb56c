import { z } from 'zod';
import { Rung, RungOutcome, type RungRecord } from '#domain/recovery.ts';
import { Time, time, timeOrNull } from './common.ts';

export const RungWire = z.object({
  id: z.string(),
  incident_id: z.string(),
  operation_id: z.string(),
  server_handle: z.string(),
  rung: Rung,
  /** On whose word: auto, approval:<id>, rebuildable, none. */
  permit: z.string(),
  outcome: RungOutcome,
  reason: z.string(),
  started_at: Time,
  finished_at: Time.nullable(),
});
export type RungWire = z.infer<typeof RungWire>;

export const rungToWire = (record: RungRecord): RungWire => ({
  id: record.id,
  incident_id: record.incidentId,
  operation_id: record.operationId,
  server_handle: record.serverHandle,
  rung: record.rung,
  permit: record.permit,
  outcome: record.outcome,
  reason: record.reason,
  started_at: time(record.startedAt),
  finished_at: timeOrNull(record.finishedAt),
});
