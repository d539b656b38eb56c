import { isAlarm } from '#domain/following.ts';
import {
  type Channel,
  type Notification,
  type Receiver,
  WEBHOOK_RECEIVER,
} from '#domain/notification.ts';
import type { Clock } from '#domain/ports.ts';
import { cleanJson, isUuid } from './clean.ts';
import type { Tx } from './deps.ts';
import { incidentOf, receiversOf } from './outbox-receivers.ts';

/**
 * One message per receiver; the same key for the same receiver is one message. With nobody in
 * Telegram to hear of what is a warning or worse, the webhook is told.
 */
export async function enqueueNotification(
  tx: Tx,
  clock: Clock,
  notification: Notification,
  called: readonly bigint[] = [],
): Promise<void> {
  const receivers = await receiversOf(tx, notification, called);
  const nobody = receivers.length === 0 && isAlarm(notification.severity);
  if (nobody && (await tx.user.count({ where: { role: { not: null } } })) === 0) {
    return enqueueFor(tx, clock, notification, [WEBHOOK_RECEIVER], 'webhook');
  }
  await enqueueFor(tx, clock, notification, receivers, 'telegram');
}

export async function enqueueFor(
  tx: Tx,
  clock: Clock,
  notification: Notification,
  receivers: readonly Receiver[],
  channel: Channel,
): Promise<void> {
  const now = clock.now();
  const { dedupeKey, severity, kind, params, serverHandle, operationId } = notification;
  await tx.notificationOutbox.createMany({
    data: receivers.map(({ chatId, threadId }) => ({
      ...{ dedupeKey, channel, receiver: chatId, threadId, severity, kind, serverHandle },
      ...{ createdAt: now, nextTryAt: now },
      params: cleanJson(params),
      incidentId: incidentOf(notification),
      operationId: operationId && isUuid(operationId) ? operationId : null,
    })),
    skipDuplicates: true,
  });
}
