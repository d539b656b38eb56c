import type { Batch } from './batch.ts';
import type { Entry } from './entry.ts';

/**
 * It was us: what was suspected since is not suspected any more, and has no bad mark. Servers that
 * had failed before keep their incidents; all that is said of them is that nobody knows.
 */
export function unsuspect(
  entries: Iterable<Entry>,
  { batch, now, onDue }: { batch: Batch; now: Date; onDue: (entry: Entry) => void },
): void {
  for (const entry of entries) {
    const { health } = entry;
    if (health.misses === 0) continue;
    entry.health = {
      ...health,
      ...{ state: 'unknown', since: health.state === 'unknown' ? health.since : now },
      ...{ misses: 0, missingSince: null, goods: 0, freshGoods: 0 },
    };
    entry.extraAt = Number.POSITIVE_INFINITY;
    onDue(entry);
    const nothing = { latencyMs: null, diskPercent: null, memoryPercent: null, loadPercent: null };
    const sample = { serverId: health.serverId, at: now, state: 'unknown', ...nothing } as const;
    batch.add({ health: entry.health, sample });
  }
}
