import { type DeliveryHealth, MANY_FAILURES, WEBHOOK_RECEIVER } from '#domain/notification.ts';
import type { OutboxRepository } from '#domain/repositories.ts';
import { cleanText, isUuid } from './clean.ts';
import type { RepositoryDeps } from './deps.ts';
import { createOutboxClaims } from './outbox-claim.ts';
import { enqueueNotification } from './outbox-enqueue.ts';

export { enqueueNotification } from './outbox-enqueue.ts';

export function createOutbox(deps: RepositoryDeps): OutboxRepository {
  const { prisma, clock } = deps;
  const pending = (id: string) => ({ id, status: 'pending' as const });

  return {
    ...createOutboxClaims(deps),

    enqueue: (notification) => enqueueNotification(prisma, clock, notification),

    async sent(id) {
      await prisma.notificationOutbox.updateMany({
        where: pending(id),
        data: { status: 'sent', sentAt: clock.now(), claimedUntil: null },
      });
    },

    async failed(id, reason, nextTryAt) {
      const lastError = cleanText(reason);
      await prisma.notificationOutbox.updateMany({
        where: pending(id),
        data: nextTryAt
          ? { lastError, nextTryAt, claimedUntil: null }
          : { lastError, status: 'failed', claimedUntil: null },
      });
    },

    async hold(id, until) {
      await prisma.notificationOutbox.updateMany({
        where: pending(id),
        data: { nextTryAt: until, claimedUntil: null, attempts: { decrement: 1 } },
      });
    },

    async sentSince({ chatId, threadId }, since) {
      const rows = await prisma.notificationOutbox.findMany({
        where: {
          receiver: chatId,
          threadId,
          channel: 'telegram',
          status: 'sent',
          sentAt: { gt: since },
        },
        orderBy: { sentAt: 'asc' },
        select: { sentAt: true },
      });
      return rows.flatMap(({ sentAt }) => (sentAt ? [sentAt] : []));
    },

    async combined(ids) {
      await prisma.notificationOutbox.updateMany({
        where: { id: { in: [...ids] }, status: 'pending' },
        data: { status: 'combined', sentAt: clock.now(), claimedUntil: null },
      });
    },

    async duplicate(id) {
      if (!isUuid(id)) return false;
      const now = clock.now();
      const { chatId, threadId } = WEBHOOK_RECEIVER;
      const rows = await prisma.$executeRaw`
        INSERT INTO notification_outbox
               (id, dedupe_key, channel, receiver, thread_id, severity, kind, params, server_handle,
                operation_id, incident_id, next_try_at, created_at)
        SELECT gen_random_uuid(), dedupe_key, 'webhook', ${chatId}, ${threadId}, severity, kind,
               params, server_handle, operation_id, incident_id, ${now}::timestamptz,
               ${now}::timestamptz
          FROM notification_outbox WHERE id = ${id}::uuid
        ON CONFLICT (dedupe_key, channel, receiver, thread_id) DO NOTHING`;
      return rows > 0;
    },

    async isHopeless(dedupeKey) {
      const alive = await prisma.notificationOutbox.count({
        where: { dedupeKey, channel: 'telegram', status: { not: 'failed' } },
      });
      return alive === 0;
    },

    async health(): Promise<DeliveryHealth> {
      const { _count, _min } = await prisma.notificationOutbox.aggregate({
        where: { channel: 'telegram', status: 'pending', attempts: { gte: MANY_FAILURES } },
        _count: true,
        _min: { createdAt: true },
      });
      return { failing: _count > 0, since: _min.createdAt, waiting: _count };
    },
  };
}
