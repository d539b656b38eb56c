import type { WatchedServer } from '#domain/health/target.ts';
import type { Clock } from '#domain/ports.ts';
import type { HealthRepository } from '#domain/repositories.ts';

interface Whole {
  readonly digest: string;
  readonly servers: readonly WatchedServer[];
}

/**
 * The health worker reads its shards one by one, some every few seconds; at the pace of virtual time
 * nothing else would be done. Within one moment one query serves them all: which server lies in which
 * shard is learned from the real queries before.
 */
export function watchedOnce(health: HealthRepository, clock: Clock): HealthRepository {
  const homes = new Map<string, number>();
  const learned = new Set<number>();
  let whole: Whole = { digest: '', servers: [] };
  let moment: { readonly at: number; readonly whole: Promise<Whole> } | null = null;

  async function one(shard: number, shards: number): Promise<readonly WatchedServer[]> {
    const servers = await health.watched(shard, shards);
    for (const { id } of servers) homes.set(id, shard);
    learned.add(shard);
    return servers;
  }

  async function readWhole(): Promise<Whole> {
    whole = (await health.watchedSince(0, 1, whole.digest)) ?? whole;
    return whole;
  }

  return {
    ...health,
    watched: one,
    async watchedSince(shard, shards, known) {
      if (learned.size < shards) return { digest: '', servers: await one(shard, shards) };
      const at = clock.now().getTime();
      if (moment?.at !== at) moment = { at, whole: readWhole() };
      const { digest, servers } = await moment.whole;
      if (servers.some(({ id }) => !homes.has(id))) {
        return { digest: '', servers: await one(shard, shards) };
      }
      if (digest === known) return null;
      return { digest, servers: servers.filter(({ id }) => homes.get(id) === shard) };
    },
  };
}
