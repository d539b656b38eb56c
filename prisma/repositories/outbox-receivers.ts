import { type Concerned, wants, weightOf } from '#domain/following.ts';
import type { Severity } from '#domain/incident.ts';
import { NEEDS_WORD, type Notification, type Receiver } from '#domain/notification.ts';
import { isUuid } from './clean.ts';
import type { Tx } from './deps.ts';

/** The incident that a notification names. */
export function incidentOf({ params }: Notification): string | null {
  const id = String(params.incident ?? '');
  return isUuid(id) ? id : null;
}

/**
 * Who is told: people with a role by their own subscriptions (without any: everything), groups and
 * topics by theirs. `called`: who is told whatever they chose.
 */
export async function receiversOf(
  tx: Tx,
  notification: Notification,
  called: readonly bigint[] = [],
): Promise<readonly Receiver[]> {
  const people = await tx.user.findMany({
    where: { role: { not: null } },
    orderBy: { telegramId: 'asc' },
    select: { telegramId: true, role: true },
  });
  const rows = await tx.subscription.findMany({ orderBy: { id: 'asc' } });
  const concerned = await concernedBy(tx, notification.serverHandle);
  const severity = weightOf(notification.severity, await endedBy(tx, notification));
  const fits = (receiver: Receiver) => {
    const own = rows.filter(
      (r) => r.chatId === receiver.chatId && r.threadId === receiver.threadId,
    );
    const isPerson = receiver.chatId > 0n;
    return own.length === 0
      ? isPerson
      : own.some((subscription) => wants(subscription, severity, concerned));
  };
  const found = new Map<string, Receiver>();
  const add = (receiver: Receiver) =>
    found.set(`${receiver.chatId}/${receiver.threadId}`, receiver);
  for (const { telegramId } of people) {
    const receiver = { chatId: telegramId, threadId: 0 };
    if (called.includes(telegramId) || fits(receiver)) add(receiver);
  }
  for (const { chatId, threadId } of rows) {
    if (chatId < 0n && fits({ chatId, threadId })) add({ chatId, threadId });
  }
  if (found.size === 0 && mustBeHeard(notification, severity)) {
    for (const { telegramId, role } of people) {
      if (role === 'owner') add({ chatId: telegramId, threadId: 0 });
    }
  }
  return [...found.values()];
}

const mustBeHeard = ({ kind }: Notification, severity: Severity): boolean =>
  severity === 'critical' || NEEDS_WORD.has(kind);

async function concernedBy(tx: Tx, handle: string | null): Promise<Concerned | null> {
  if (handle === null) return null;
  const server = await tx.server.findUnique({
    where: { handle },
    select: { labels: true, group: { select: { name: true } } },
  });
  return server && { group: server.group.name, labels: server.labels as Concerned['labels'] };
}

/** The severity of the incident whose end this is. */
async function endedBy(tx: Tx, notification: Notification): Promise<Severity | null> {
  const id = notification.severity === 'success' ? incidentOf(notification) : null;
  const row = id && (await tx.incident.findUnique({ where: { id }, select: { severity: true } }));
  return row ? row.severity : null;
}
