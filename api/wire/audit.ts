import { z } from 'zod';
import type { AuditEntry } from '#domain/audit.ts';
import { Time, time } from './common.ts';

export const AuditWire = z.object({
  id: z.string(),
  /** Counts from 1 without holes. */
  seq: z.number().int(),
  at: Time,
  actor: z.string(),
  action: z.string(),
  target: z.string(),
  operation_id: z.string().nullable(),
  data: z.record(z.string(), z.unknown()),
});

export const auditToWire = (entry: AuditEntry): z.infer<typeof AuditWire> => ({
  id: entry.id,
  seq: entry.seq,
  at: time(entry.at),
  actor: entry.actor,
  action: entry.action,
  target: entry.target,
  operation_id: entry.operationId,
  data: { ...entry.data },
});
