import type { Notification, OutboxMessage, Receiver } from '#domain/notification.ts';
import type { Clock } from '#domain/ports.ts';
import type { OutboxRepository } from '#domain/repositories.ts';

interface Row {
  message: OutboxMessage;
  dueAt: number;
  state: 'open' | 'sent' | 'given_up' | 'combined';
  sentAt: Date | null;
  reason: string | null;
}

export interface MemoryOutbox extends OutboxRepository {
  readonly rows: Row[];
  /** Throws from `sent` while set: the database went away after the delivery. */
  deaf: boolean;
  /** What the second channel was given. */
  readonly duplicates: string[];
}

/** The outbox's promises in memory: one row per key and receiver, one claim per receiver. */
export function memoryOutbox(receivers: readonly bigint[], clock: Clock): MemoryOutbox {
  const rows: Row[] = [];
  const now = () => clock.now().getTime();
  const find = (id: string) => {
    const row = rows.find((r) => r.message.id === id);
    if (!row) throw new Error(`no message ${id}`);
    return row;
  };
  const store: MemoryOutbox = {
    rows,
    deaf: false,
    duplicates: [],
    async enqueue(notification: Notification) {
      for (const chatId of receivers) {
        const id = `${notification.dedupeKey}/${chatId}`;
        if (rows.some((r) => r.message.id === id)) continue;
        const receiver = { chatId, threadId: 0 };
        const message = { ...outboxMessage(notification, receiver, clock), id };
        rows.push({ message, dueAt: now(), state: 'open', reason: null, sentAt: null });
      }
    },
    async claim(limit, seconds) {
      const heads = new Map<bigint, Row>();
      for (const row of rows) {
        const { chatId } = row.message.receiver;
        if (row.state === 'open' && !heads.has(chatId)) heads.set(chatId, row);
      }
      const due = [...heads.values()].filter((row) => row.dueAt <= now()).slice(0, limit);
      for (const row of due) {
        row.dueAt = now() + seconds * 1000;
        row.message = { ...row.message, attempts: row.message.attempts + 1 };
      }
      return due.map((row) => row.message);
    },
    async sent(id) {
      if (store.deaf) throw new Error('database away');
      Object.assign(find(id), { state: 'sent', sentAt: clock.now() });
    },
    async failed(id, reason, nextTryAt) {
      const row = find(id);
      row.reason = reason;
      if (nextTryAt) row.dueAt = nextTryAt.getTime();
      else row.state = 'given_up';
    },
    async hold(id, until) {
      const row = find(id);
      row.dueAt = until.getTime();
      row.message = { ...row.message, attempts: row.message.attempts - 1, held: true };
    },
    sentSince: async ({ chatId }, since) =>
      rows.flatMap(({ message, sentAt }) =>
        message.receiver.chatId === chatId && sentAt && sentAt > since ? [sentAt] : [],
      ),
    async batch(id, limit) {
      const { chatId } = find(id).message.receiver;
      return rows
        .filter(({ state, message }) => state === 'open' && message.receiver.chatId === chatId)
        .map(({ message }) => message)
        .filter(({ notification }) => notification.severity !== 'critical')
        .slice(0, limit);
    },
    async combined(ids) {
      for (const id of ids) find(id).state = 'combined';
    },
    async duplicate(id) {
      if (store.duplicates.includes(id)) return false;
      store.duplicates.push(id);
      return true;
    },
    isHopeless: async (key) =>
      rows.every((r) => r.message.notification.dedupeKey !== key || r.state === 'given_up'),
    health: async () => ({ failing: false, since: null, waiting: 0 }),
  };
  return store;
}

/** A message as the outbox hands it out. */
export const outboxMessage = (
  notification: Notification,
  receiver: Receiver,
  clock: Pick<Clock, 'now'> = { now: () => new Date() },
): OutboxMessage => ({
  ...{ id: 'm', notification, receiver, channel: 'telegram', attempts: 0, held: false },
  incidentId: notification.params.incident ? String(notification.params.incident) : null,
  createdAt: clock.now(),
});
