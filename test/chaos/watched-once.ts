import type { WatchedServer } from '#domain/health/target.ts';
import type { Clock } from '#domain/ports.ts';
import type { HealthRepository } from '#domain/repositories.ts';

/**
 * The health worker reads its shards one by one, some every few seconds; at the pace of virtual time
 * nothing else would be done. Within one moment one query serves them all: which server lies in which
 * shard is learned from the real queries before.
 */
export function watchedOnce(health: HealthRepository, clock: Clock): HealthRepository {
  const homes = new Map<string, number>();
  const learned = new Set<number>();
  let moment: { readonly at: number; readonly all: Promise<readonly WatchedServer[]> } | null =
    null;

  async function one(shard: number, shards: number): Promise<readonly WatchedServer[]> {
    const servers = await health.watched(shard, shards);
    for (const { id } of servers) homes.set(id, shard);
    learned.add(shard);
    return servers;
  }

  return {
    ...health,
    async watched(shard, shards) {
      if (learned.size < shards) return one(shard, shards);
      const at = clock.now().getTime();
      if (moment?.at !== at) moment = { at, all: health.watched(0, 1) };
      const all = await moment.all;
      if (all.some(({ id }) => !homes.has(id))) return one(shard, shards);
      return all.filter(({ id }) => homes.get(id) === shard);
    },
  };
}
