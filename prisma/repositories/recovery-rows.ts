import type { RungOutcome, RungRecord } from '#domain/recovery.ts';
import type { Prisma } from '#generated/prisma/client.ts';

export const RUNG_INCLUDE = {
  server: { select: { handle: true } },
} as const satisfies Prisma.RecoveryRungInclude;

export type RungRow = Prisma.RecoveryRungGetPayload<{ include: typeof RUNG_INCLUDE }>;

/** Rows in the queue are not records yet: queries leave them out. */
export const toRungRecord = (row: RungRow): RungRecord => ({
  id: row.id,
  incidentId: row.incidentId,
  operationId: row.operationId,
  serverHandle: row.server.handle,
  rung: row.rung,
  permit: row.permit,
  outcome: row.outcome as RungOutcome,
  reason: row.reason,
  startedAt: row.startedAt,
  finishedAt: row.finishedAt,
});
