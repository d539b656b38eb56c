import type { CardSubject, ChatCard } from '#domain/card.ts';
import type { IncidentType } from '#domain/incident.ts';
import { hasLadder } from '#domain/ladder.ts';
import type { CardRepository } from '#domain/repositories.ts';
import type { ChatCard as Row } from '#generated/prisma/client.ts';
import { isUuid } from './clean.ts';
import type { RepositoryDeps } from './deps.ts';

/** Steps and events of one operation that are worth a look for its card. */
const EVENTS = 400;

export function createCards({ prisma, clock }: RepositoryDeps): CardRepository {
  return {
    async find(subject, subjectId, { chatId, threadId }) {
      if (!isUuid(subjectId)) return null;
      const row = await prisma.chatCard.findUnique({
        where: { subject_subjectId_chatId_threadId: { subject, subjectId, chatId, threadId } },
      });
      return row && toCard(row);
    },

    async open(limit) {
      const rows = await prisma.$queryRaw<(RawCard & { stamp: string })[]>`
        SELECT c.id, c.subject::text AS subject, c.subject_id, c.chat_id, c.thread_id,
               c.message_id, c.shown, c.closed,
               CASE c.subject
                 WHEN 'incident' THEN (
                   SELECT concat_ws('/', i.status, i.taken_by, i.escalation, i.reopened, i.muted,
                          (SELECT max(e.seq) FROM incident_event e WHERE e.incident_id = i.id),
                          (SELECT concat(count(*), max(r.seq), max(r.finished_at))
                             FROM recovery_rung r WHERE r.incident_id = i.id),
                          (SELECT m.until FROM chat_mute m WHERE m.incident_id = i.id
                              AND m.chat_id = c.chat_id AND m.thread_id = c.thread_id))
                     FROM incident i WHERE i.id = c.subject_id)
                 WHEN 'operation' THEN (
                   SELECT concat_ws('/', o.status, o.event_seq, o.percent, o.current_step,
                                    o.stop_requested)
                     FROM operation o WHERE o.id = c.subject_id)
                 ELSE (SELECT concat_ws('/', a.status, a.round) FROM approval a
                        WHERE a.id = c.subject_id)
               END AS stamp
          FROM chat_card c WHERE NOT c.closed ORDER BY c.edited_at, c.id LIMIT ${limit}`;
      return rows.map(({ stamp, ...row }) => ({ ...fromRaw(row), stamp: stamp ?? 'gone' }));
    },

    async put({ subject, subjectId, receiver: { chatId, threadId }, messageId, shown, closed }) {
      if (!isUuid(subjectId)) return;
      const now = clock.now();
      const data = { messageId: BigInt(messageId), shown, closed, editedAt: now };
      await prisma.chatCard.upsert({
        where: { subject_subjectId_chatId_threadId: { subject, subjectId, chatId, threadId } },
        create: { subject, subjectId, chatId, threadId, createdAt: now, ...data },
        update: data,
      });
    },

    async redrawn(id, shown, closed) {
      await prisma.chatCard.updateMany({
        where: { id },
        data: { shown, closed, editedAt: clock.now() },
      });
    },

    async forget(id) {
      await prisma.chatCard.deleteMany({ where: { id } });
    },

    async progress(operationId) {
      if (!isUuid(operationId)) return { steps: [], task: null };
      const steps = await prisma.operationStep.findMany({
        where: { operationId },
        orderBy: { startedAt: 'asc' },
        select: { stepId: true, status: true },
      });
      const events = await prisma.operationEvent.findMany({
        where: { operationId, type: { in: ['step', 'task'] } },
        orderBy: { seq: 'desc' },
        take: EVENTS,
        select: { type: true, step: true, text: true },
      });
      const titles = new Map(
        events.flatMap((e) => (e.type === 'step' && e.step !== null ? [[e.step, e.text]] : [])),
      );
      const [latest] = events;
      return {
        steps: steps.map(({ stepId, status }) => ({
          ...{ id: stepId, status, title: titles.get(stepId) ?? stepId },
        })),
        task: latest?.type === 'task' ? latest.text : null,
      };
    },

    async modeOf(incidentId) {
      const row = isUuid(incidentId)
        ? await prisma.incident.findUnique({
            where: { id: incidentId },
            select: { type: true, server: { include: { group: { select: { mode: true } } } } },
          })
        : null;
      const server = row?.server;
      const isOurs = server?.care === 'managed' && !server.handsOff;
      return isOurs && hasLadder(row?.type as IncidentType)
        ? (server.mode ?? server.group.mode)
        : null;
    },

    async ordered(since) {
      const rows = await prisma.$queryRaw<{ id: string; chat_id: bigint; thread_id: number }[]>`
        WITH asked AS (
          SELECT o.id, coalesce(q.chat_id, substr(o.requested_by, 4)::bigint) AS chat_id,
                 coalesce(q.thread_id, 0) AS thread_id
            FROM operation o LEFT JOIN chat_order q ON q.operation_id = o.id
           WHERE o.created_at >= ${since}::timestamptz
             -- Each status by name: the index is by status, then time.
             AND o.status IN ('queued', 'running', 'waiting', 'succeeded', 'failed', 'cancelled',
                              'superseded', 'expired')
             AND o.requested_by ~ '^tg:[0-9]{1,18}$'
        )
        SELECT a.id, a.chat_id, a.thread_id FROM asked a
         WHERE NOT EXISTS (SELECT FROM chat_card c WHERE c.subject = 'operation'
                 AND c.subject_id = a.id AND c.chat_id = a.chat_id AND c.thread_id = a.thread_id)
           AND (a.chat_id < 0 OR EXISTS (SELECT FROM user_account u
                 WHERE u.telegram_id = a.chat_id AND u.role IS NOT NULL))
         ORDER BY a.id LIMIT 50`;
      return rows.map(({ id, chat_id: chatId, thread_id: threadId }) => ({
        operationId: id,
        receiver: { chatId, threadId },
      }));
    },
  };
}

interface RawCard {
  readonly id: string;
  readonly subject: CardSubject;
  readonly subject_id: string;
  readonly chat_id: bigint;
  readonly thread_id: number;
  readonly message_id: bigint;
  readonly shown: string;
  readonly closed: boolean;
}

const fromRaw = ({ subject_id, chat_id, thread_id, message_id, ...row }: RawCard): ChatCard => ({
  ...row,
  subjectId: subject_id,
  receiver: { chatId: chat_id, threadId: thread_id },
  messageId: Number(message_id),
});

const toCard = ({ id, subject, subjectId, chatId, threadId, messageId, shown, closed }: Row) => ({
  ...{ id, subject, subjectId, shown, closed, messageId: Number(messageId) },
  receiver: { chatId, threadId },
});
