import type { Action } from './faults.ts';

/**
 * One call, or (method `TASK`) one task that did its work on the machine. No bodies, no passwords.
 */
export interface CallRecord {
  readonly seq: number;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly method: string;
  readonly path: string;
  readonly serverId: number | null;
  readonly action: Action | 'unknown';
  /** `ok`, the fault that struck, or the error's cause; of a task: `done` or `failed`. */
  readonly outcome: string;
  readonly taskId?: number;
}

export interface Records {
  add(record: Omit<CallRecord, 'seq' | 'at'>): void;
  /** Those after `since`, oldest first. */
  list(since?: number): readonly CallRecord[];
  clear(): void;
}

const KEEP = 50_000;

export function createRecords(now: () => number): Records {
  let records: CallRecord[] = [];
  let seq = 0;
  return {
    add(record) {
      seq += 1;
      records.push({ seq, at: new Date(now()).toISOString(), ...record });
      if (records.length > KEEP) records = records.slice(-KEEP / 2);
    },
    list: (since = 0) => records.filter((record) => record.seq > since),
    clear() {
      records = [];
    },
  };
}
