import { isTerminal } from '#domain/operation.ts';
import type { OperationRepository, Take } from '#domain/repositories.ts';
import { cleanJson, cleanText, isUuid } from './clean.ts';
import type { RepositoryDeps } from './deps.ts';
import { leaseLost, noOperation, readOperation, toStep } from './operation-rows.ts';

type Journal = Pick<
  OperationRepository,
  'step' | 'steps' | 'putStep' | 'putMemo' | 'addEvent' | 'events'
>;

/** Steps and events. Each write is one statement that also checks the fence, with the row locked. */
export function createOperationJournal({ prisma, clock }: RepositoryDeps): Journal {
  const assertWritten = async (take: Take, rows: number) => {
    if (rows > 0) return;
    const row = await readOperation(prisma, take.operationId);
    if (!row) throw noOperation(take.operationId);
    // A line that comes late, after the end, is dropped: the terminal status is the last event.
    if (row.fence !== take.fence || !isTerminal(row.status)) throw leaseLost(take);
  };

  return {
    async step(operationId, stepId) {
      if (!isUuid(operationId)) return null;
      const row = await prisma.operationStep.findUnique({
        where: { operationId_stepId: { operationId, stepId } },
      });
      return row && toStep(row);
    },

    async steps(operationId) {
      if (!isUuid(operationId)) return [];
      const rows = await prisma.operationStep.findMany({
        where: { operationId },
        orderBy: { startedAt: 'asc' },
      });
      return rows.map(toStep);
    },

    async putStep(take, stepId, { status, attempt, summary }) {
      const started = status === 'started';
      const text = summary === null ? null : cleanText(summary);
      const now = clock.now();
      const rows = await prisma.$executeRaw`
        WITH held AS (
          UPDATE operation SET current_step = ${stepId}
           WHERE id = ${take.operationId}::uuid AND fence = ${take.fence} RETURNING id
        )
        INSERT INTO operation_step AS s
               (operation_id, step_id, status, attempt, summary, started_at, finished_at)
        SELECT id, ${stepId}, ${status}::step_status, ${attempt}, ${text}, ${now}::timestamptz,
               CASE WHEN ${started} THEN NULL ELSE ${now}::timestamptz END
          FROM held
        ON CONFLICT (operation_id, step_id) DO UPDATE
           SET status = excluded.status, attempt = excluded.attempt, summary = excluded.summary,
               started_at = CASE WHEN ${started} THEN excluded.started_at ELSE s.started_at END,
               finished_at = excluded.finished_at`;
      await assertWritten(take, rows);
    },

    async putMemo(take, stepId, memo) {
      const notes = JSON.stringify(cleanJson(memo));
      const rows = await prisma.$executeRaw`
        WITH held AS (
          SELECT id, attempt FROM operation
           WHERE id = ${take.operationId}::uuid AND fence = ${take.fence} FOR NO KEY UPDATE
        )
        INSERT INTO operation_step (operation_id, step_id, status, attempt, memo, started_at)
        SELECT id, ${stepId}, 'started', attempt, ${notes}::jsonb, ${clock.now()}::timestamptz
          FROM held
        ON CONFLICT (operation_id, step_id) DO UPDATE SET memo = excluded.memo`;
      await assertWritten(take, rows);
    },

    async addEvent(take, event) {
      const { type, status, step, state, percent } = event;
      const rows = await prisma.$executeRaw`
        WITH held AS (
          UPDATE operation
             SET event_seq = event_seq + 1, percent = ${percent},
                 current_step = coalesce(${step}::text, current_step)
           WHERE id = ${take.operationId}::uuid AND fence = ${take.fence} AND finished_at IS NULL
          RETURNING id, event_seq
        )
        INSERT INTO operation_event (operation_id, seq, at, type, status, step, state, text, percent)
        SELECT id, event_seq, ${clock.now()}::timestamptz, ${type}::event_type, ${status}::operation_status,
               ${step}, ${state}, ${cleanText(event.text)}, ${percent}
          FROM held`;
      await assertWritten(take, rows);
    },

    async events(operationId, afterSeq, limit) {
      if (!isUuid(operationId)) return [];
      const rows = await prisma.operationEvent.findMany({
        where: { operationId, seq: { gt: afterSeq } },
        orderBy: { seq: 'asc' },
        take: limit,
      });
      return rows.map(({ operationId: _, ...event }) => event);
    },
  };
}
