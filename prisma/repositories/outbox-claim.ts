import type { Channel, Notification, OutboxMessage } from '#domain/notification.ts';
import type { OutboxRepository } from '#domain/repositories.ts';
import { type NotificationOutbox, Prisma } from '#generated/prisma/client.ts';
import type { RepositoryDeps, Tx } from './deps.ts';

/** Who may deliver what, and when. */
export function createOutboxClaims({
  prisma,
  clock,
}: RepositoryDeps): Pick<OutboxRepository, 'claim' | 'batch'> {
  const untilOf = (seconds: number) => new Date(clock.now().getTime() + seconds * 1000);

  return {
    async claim(limit, seconds, channel: Channel = 'telegram') {
      const now = clock.now();
      // Only the oldest message of each receiver is up, or its oldest critical one: that passes
      // what has to wait. Nothing passes a critical one, and while one is claimed the rest of its
      // receiver waits. The second look at claimed_until is for another claimer that was first.
      const claimed = await prisma.$queryRaw<{ id: string }[]>`
        WITH pending AS (
          SELECT id, seq, receiver, thread_id, next_try_at, claimed_until,
                 min(seq) OVER chat AS oldest,
                 min(seq) FILTER (WHERE severity = 'critical') OVER chat AS critical,
                 max(claimed_until) OVER chat AS busy_until
            FROM notification_outbox
           WHERE status = 'pending' AND channel = ${channel}::channel
          WINDOW chat AS (PARTITION BY receiver, thread_id)
        ), due AS (
          SELECT DISTINCT ON (receiver, thread_id) id, seq FROM pending
           WHERE seq IN (oldest, critical) AND next_try_at <= ${now}::timestamptz
             AND (busy_until IS NULL OR busy_until <= ${now}::timestamptz)
           ORDER BY receiver, thread_id, seq
        ), chosen AS (SELECT id FROM due ORDER BY seq LIMIT ${limit})
        UPDATE notification_outbox o
           SET claimed_until = ${untilOf(seconds)}::timestamptz, attempts = attempts + 1
          FROM chosen
         WHERE o.id = chosen.id AND o.status = 'pending'
           AND (o.claimed_until IS NULL OR o.claimed_until <= ${now}::timestamptz)
        RETURNING o.id`;
      return messages(
        prisma,
        claimed.map(({ id }) => id),
      );
    },

    batch: (id, limit, seconds) =>
      prisma.$transaction(async (tx) => {
        const rows = await tx.$queryRaw<{ id: string }[]>`
          SELECT o.id FROM notification_outbox o
            JOIN notification_outbox head ON head.id = ${id}::uuid
             AND (o.channel, o.receiver, o.thread_id) = (head.channel, head.receiver, head.thread_id)
           WHERE o.status = 'pending' AND o.severity <> 'critical' AND o.seq >= head.seq
             AND (o.id = head.id OR o.claimed_until IS NULL OR o.claimed_until <= ${clock.now()}::timestamptz)
           ORDER BY o.seq LIMIT ${limit} FOR UPDATE OF o SKIP LOCKED`;
        const ids = rows.map((row) => row.id);
        if (ids.length === 0) return [];
        await tx.$executeRaw`
          UPDATE notification_outbox SET claimed_until = ${untilOf(seconds)}::timestamptz,
                 attempts = attempts + CASE WHEN id = ${id}::uuid THEN 0 ELSE 1 END
           WHERE id IN (${Prisma.join(ids.map((one) => Prisma.sql`${one}::uuid`))})`;
        return messages(tx, ids);
      }),
  };
}

async function messages(tx: Tx, ids: readonly string[]): Promise<readonly OutboxMessage[]> {
  const rows = await tx.notificationOutbox.findMany({
    where: { id: { in: [...ids] } },
    orderBy: { seq: 'asc' },
  });
  return rows.map(toMessage);
}

const toMessage = (row: NotificationOutbox): OutboxMessage => ({
  id: row.id,
  notification: {
    dedupeKey: row.dedupeKey,
    severity: row.severity,
    kind: row.kind as Notification['kind'],
    params: row.params as Notification['params'],
    serverHandle: row.serverHandle,
    operationId: row.operationId,
  },
  receiver: { chatId: row.receiver, threadId: row.threadId },
  channel: row.channel,
  incidentId: row.incidentId,
  attempts: row.attempts,
  // A hold takes the attempt back: what was only tried again has more of them.
  held: row.attempts <= 1 && row.nextTryAt > row.createdAt,
  createdAt: row.createdAt,
});
