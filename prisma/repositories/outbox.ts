import type { Notification, OutboxMessage } from '#domain/notification.ts';
import type { Clock } from '#domain/ports.ts';
import type { OutboxRepository } from '#domain/repositories.ts';
import type { NotificationOutbox } from '#generated/prisma/client.ts';
import { cleanJson, cleanText, isUuid } from './clean.ts';
import type { RepositoryDeps, Tx } from './deps.ts';

export function createOutbox({ prisma, clock }: RepositoryDeps): OutboxRepository {
  return {
    enqueue: (notification) => enqueueNotification(prisma, clock, notification),
    async claim(limit, seconds) {
      const now = clock.now();
      const until = new Date(now.getTime() + seconds * 1000);
      // Only the oldest message of each receiver is up: a later one never overtakes it. The second
      // look at claimed_until is for another claimer that was first.
      const claimed = await prisma.$queryRaw<{ id: string }[]>`
        WITH heads AS (
          SELECT DISTINCT ON (receiver) id, seq, next_try_at, claimed_until
            FROM notification_outbox WHERE status = 'pending' ORDER BY receiver, seq
        ), due AS (
          SELECT id FROM heads
           WHERE next_try_at <= ${now}::timestamptz
             AND (claimed_until IS NULL OR claimed_until <= ${now}::timestamptz)
           ORDER BY seq LIMIT ${limit}
        )
        UPDATE notification_outbox o
           SET claimed_until = ${until}::timestamptz,
               attempts = attempts + 1
          FROM due
         WHERE o.id = due.id AND o.status = 'pending'
           AND (o.claimed_until IS NULL OR o.claimed_until <= ${now}::timestamptz)
        RETURNING o.id`;
      const rows = await prisma.notificationOutbox.findMany({
        where: { id: { in: claimed.map((row) => row.id) } },
        orderBy: { seq: 'asc' },
      });
      return rows.map(toMessage);
    },
    async sent(id) {
      await prisma.notificationOutbox.updateMany({
        where: { id, status: 'pending' },
        data: { status: 'sent', sentAt: clock.now(), claimedUntil: null },
      });
    },
    async failed(id, reason, nextTryAt) {
      const lastError = cleanText(reason);
      await prisma.notificationOutbox.updateMany({
        where: { id, status: 'pending' },
        data: nextTryAt
          ? { lastError, nextTryAt, claimedUntil: null }
          : { lastError, status: 'failed', claimedUntil: null },
      });
    },
  };
}

/** One message per person with a role; the same key for the same person is one message. */
export async function enqueueNotification(
  tx: Tx,
  clock: Clock,
  notification: Notification,
): Promise<void> {
  const now = clock.now();
  const receivers = await tx.user.findMany({
    where: { role: { not: null } },
    orderBy: { telegramId: 'asc' },
    select: { telegramId: true },
  });
  const { dedupeKey, severity, kind, params, serverHandle, operationId } = notification;
  await tx.notificationOutbox.createMany({
    data: receivers.map(({ telegramId }) => ({
      ...{ dedupeKey, receiver: telegramId, severity, kind, serverHandle },
      ...{ createdAt: now, nextTryAt: now },
      params: cleanJson(params),
      operationId: operationId && isUuid(operationId) ? operationId : null,
    })),
    skipDuplicates: true,
  });
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
  receiver: row.receiver,
  attempts: row.attempts,
  createdAt: row.createdAt,
});
