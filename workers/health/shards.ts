import { toOpsError } from '#domain/errors.ts';
import type { Clock, HeldLease, Leases, Logger } from '#domain/ports.ts';

/** The fleet's shards. Fixed: a server's shard is its home, whatever the number of workers. */
export const SHARDS = 16;
/** Somebody else's shards that are asked for in one turn. */
const MOST_REFUSALS = 4;
const MOST_WORKERS = 32;
const WORKER_PREFIX = 'health:worker:';

export interface ShardsDeps {
  readonly leases: Leases;
  readonly clock: Clock;
  readonly log: Logger;
  /** Awaited: it is ours from now on. */
  readonly onTaken: (shard: number) => Promise<void>;
  /** It is not ours any more: nothing of it may be written or kept. */
  readonly onLost: (shard: number) => void;
}

/**
 * Holds this worker's fair part of the shards, one lease each, so that a kept connection has one
 * home. Presence is a lease too: counted, it says how many share the fleet.
 */
export function createShards({ leases, log, onTaken, onLost }: ShardsDeps) {
  const held = new Map<number, HeldLease>();
  let presence: HeldLease | null = null;
  let from = 0;
  /** More than our part was held at the last look already. */
  let tooMany = false;

  async function bePresent(): Promise<void> {
    if (presence !== null && !presence.signal.aborted) return;
    presence = null;
    for (let place = 0; place < MOST_WORKERS && presence === null; place++) {
      presence = await leases.take(`${WORKER_PREFIX}${place}`);
    }
  }

  async function fairPart(): Promise<number> {
    await bePresent();
    const workers = (await leases.living?.(WORKER_PREFIX)) ?? 1;
    return Math.ceil(SHARDS / Math.max(1, workers));
  }

  function lose(shard: number, lease: HeldLease): void {
    if (held.get(shard) !== lease) return;
    held.delete(shard);
    onLost(shard);
  }

  async function take(shard: number): Promise<boolean> {
    const lease = await leases.take(`health:shard:${shard}`);
    if (lease === null) return false;
    held.set(shard, lease);
    lease.signal.addEventListener('abort', () => lose(shard, lease), { once: true });
    if (lease.signal.aborted) lose(shard, lease);
    else await onTaken(shard);
    return true;
  }

  async function giveBack(shard: number): Promise<void> {
    const lease = held.get(shard);
    if (lease === undefined) return;
    lose(shard, lease);
    await lease.release();
  }

  return {
    get held(): ReadonlySet<number> {
      return new Set(held.keys());
    },
    /** One look: takes what is free up to our part, gives back what is beyond it. */
    async turn(): Promise<void> {
      const part = await fairPart();
      // Twice in a row: a worker that restarts is counted twice for a moment.
      const beyond = held.size > part;
      if (beyond && tooMany) {
        for (const shard of [...held.keys()].slice(part)) {
          await giveBack(shard).catch((error: unknown) => {
            log.debug({ shard, error: toOpsError(error).message }, 'shard not given back');
          });
        }
      }
      tooMany = beyond;
      for (let asked = 0, refused = 0; asked < SHARDS && refused < MOST_REFUSALS; asked++) {
        if (held.size >= part) break;
        const shard = from;
        from = (from + 1) % SHARDS;
        if (!held.has(shard) && !(await take(shard))) refused++;
      }
    },
    async close(): Promise<void> {
      for (const shard of [...held.keys()]) await giveBack(shard);
      await presence?.release();
      presence = null;
    },
  };
}
