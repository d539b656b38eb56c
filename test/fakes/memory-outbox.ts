import type { Notification, OutboxMessage } from '#domain/notification.ts';
import type { Clock } from '#domain/ports.ts';
import type { OutboxRepository } from '#domain/repositories.ts';

interface Row {
  message: OutboxMessage;
  dueAt: number;
  state: 'open' | 'sent' | 'given_up';
  reason: string | null;
}

export interface MemoryOutbox extends OutboxRepository {
  readonly rows: Row[];
  /** Throws from `sent` while set: the database went away after the delivery. */
  deaf: boolean;
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
    async enqueue(notification: Notification) {
      for (const receiver of receivers) {
        const id = `${notification.dedupeKey}/${receiver}`;
        if (rows.some((r) => r.message.id === id)) continue;
        const message = { id, notification, receiver, attempts: 0, createdAt: clock.now() };
        rows.push({ message, dueAt: now(), state: 'open', reason: null });
      }
    },
    async claim(limit, seconds) {
      const heads = new Map<bigint, Row>();
      for (const row of rows) {
        const { receiver } = row.message;
        if (row.state === 'open' && !heads.has(receiver)) heads.set(receiver, row);
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
      find(id).state = 'sent';
    },
    async failed(id, reason, nextTryAt) {
      const row = find(id);
      row.reason = reason;
      if (nextTryAt) row.dueAt = nextTryAt.getTime();
      else row.state = 'given_up';
    },
  };
  return store;
}
