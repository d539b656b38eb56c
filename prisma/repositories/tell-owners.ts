import type { Notification } from '#domain/notification.ts';
import type { Clock } from '#domain/ports.ts';
import { cleanJson } from './clean.ts';
import type { Tx } from './deps.ts';

/** What concerns owners alone, into their private chats; not to the one whom it is about. */
export async function tellOwners(
  tx: Tx,
  clock: Clock,
  about: bigint,
  notification: Notification,
): Promise<void> {
  const owners = await tx.user.findMany({
    where: { role: 'owner', telegramId: { not: about } },
    orderBy: { telegramId: 'asc' },
    select: { telegramId: true },
  });
  for (const { telegramId } of owners) await tellPerson(tx, clock, telegramId, notification);
}

/** Into the private chat of one person, whatever they have subscribed to. */
export async function tellPerson(
  tx: Tx,
  clock: Clock,
  receiver: bigint,
  { dedupeKey, severity, kind, params }: Notification,
): Promise<void> {
  const now = clock.now();
  await tx.notificationOutbox.createMany({
    data: [
      {
        ...{ dedupeKey, receiver, severity, kind, params: cleanJson(params) },
        ...{ createdAt: now, nextTryAt: now },
      },
    ],
    skipDuplicates: true,
  });
}
