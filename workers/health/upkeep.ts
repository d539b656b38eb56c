import { toOpsError } from '#domain/errors.ts';
import type { Clock, Leases, Logger, Metrics } from '#domain/ports.ts';
import type { HealthRepository } from '#domain/repositories.ts';
import type { Entry } from './entry.ts';
import type { Roster } from './roster.ts';
import type { createShards } from './shards.ts';

const TURN_MS = 5000;
/** Rows of membership that are read in one turn: a large fleet is read shard by shard. */
const ROWS_PER_TURN = 1000;
/** How far back a neighbour's first miss is worth a look at our own servers. */
const NEWS_MS = 10_000;

export interface UpkeepDeps {
  readonly health: Pick<HealthRepository, 'picture'>;
  readonly leases: Pick<Leases, 'living'>;
  readonly roster: Roster;
  readonly shards: ReturnType<typeof createShards>;
  readonly lookEarly: (failing: Entry) => void;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
}

/** Keeps our part of the fleet, and what is known of its servers, up to date. */
export function createUpkeep(deps: UpkeepDeps) {
  const { health, roster, shards, clock, log, metrics } = deps;
  let at = 0;
  let known: ReadonlySet<string> = new Set();

  async function reload(): Promise<void> {
    const mine = [...shards.held].sort((a, b) => a - b);
    if (mine.length === 0) return;
    const perShard = Math.max(1, roster.size / mine.length);
    const some = Math.min(mine.length, Math.max(1, Math.floor(ROWS_PER_TURN / perShard)));
    for (let turn = 0; turn < some; turn++) {
      const shard = mine[at++ % mine.length] as number;
      if (shards.held.has(shard)) await roster.load(shard);
    }
  }

  /** Where several workers share the fleet, another's first misses are a reason to look at ours. */
  async function hearNews(): Promise<void> {
    if (((await deps.leases.living?.('health:worker:')) ?? 1) < 2) return;
    const since = new Date(clock.now().getTime() - NEWS_MS);
    const failing = (await health.picture(since)).failing.map(({ handle }) => handle);
    const news = failing.filter((handle) => !known.has(handle) && roster.find(handle) === null);
    known = new Set(failing);
    const [anyOfOurs] = roster.entries();
    if (news.length > 0 && anyOfOurs !== undefined) deps.lookEarly(anyOfOurs);
  }

  return {
    async run(signal: AbortSignal): Promise<void> {
      while (!signal.aborted) {
        for (const work of [() => shards.turn(), reload, hearNews]) {
          await work().catch((error: unknown) => {
            if (!signal.aborted) log.warn({ error: toOpsError(error).message }, 'health upkeep');
          });
        }
        metrics.gauge('zavhoz_watched_servers', roster.size);
        await clock.sleep(TURN_MS, signal).catch(() => undefined);
      }
    },
  };
}
