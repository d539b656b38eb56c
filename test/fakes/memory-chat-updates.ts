import type { ChatUpdates, PendingUpdate } from '#bot/chat-updates.ts';

export interface MemoryChatUpdates extends ChatUpdates {
  readonly rows: Map<
    number,
    { payload: PendingUpdate['payload'] | null; attempts: number; error: string | null }
  >;
  /** Throws from every method while set. */
  broken: Error | null;
}

/** The port in memory; it outlives a restart of the bot the way a table does. */
export function memoryChatUpdates(): MemoryChatUpdates {
  const rows: MemoryChatUpdates['rows'] = new Map();
  const lanes = new Map<number, string>();
  const check = () => {
    if (store.broken) throw store.broken;
  };
  const store: MemoryChatUpdates = {
    rows,
    broken: null,
    async store(updates) {
      check();
      const fresh = updates.filter(({ payload }) => !rows.has(payload.update_id));
      for (const { chatId, payload } of fresh) {
        rows.set(payload.update_id, { payload, attempts: 0, error: null });
        lanes.set(payload.update_id, String(chatId ?? 'none'));
      }
      return fresh.length;
    },
    async pending(limit) {
      check();
      return [...rows]
        .flatMap(([updateId, { payload, attempts }]) =>
          payload ? [{ updateId, payload, attempts, lane: lanes.get(updateId) ?? 'none' }] : [],
        )
        .slice(0, limit);
    },
    async done(updateId, error) {
      check();
      const row = rows.get(updateId);
      if (row) rows.set(updateId, { ...row, payload: null, error });
    },
    async failed(updateId, error) {
      check();
      const row = rows.get(updateId);
      if (row) rows.set(updateId, { ...row, attempts: row.attempts + 1, error });
    },
    async prune() {
      return 0;
    },
  };
  return store;
}
