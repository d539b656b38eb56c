import { nextSlot } from '#domain/health/slots.ts';
import type { WatchedServer } from '#domain/health/target.ts';
import type { Clock } from '#domain/ports.ts';
import type { HealthRepository } from '#domain/repositories.ts';
import { createEntry, type Entry } from './entry.ts';
import { SHARDS } from './shards.ts';

export interface RosterDeps {
  readonly health: Pick<HealthRepository, 'watched'>;
  readonly clock: Clock;
  readonly intervalMs: number;
  /** It has a new place in time, or is new. */
  readonly onDue: (entry: Entry) => void;
  readonly onGone: (entry: Entry) => void;
}

/** What decides whether, and how, an incident of a server is recovered. */
const policyOf = ({ mode, care, handsOff, underMaintenance }: WatchedServer): string =>
  [mode, care, handsOff, underMaintenance].join(' ');

/** The servers of our shards, and what is known of them. */
export function createRoster({ health, clock, intervalMs, onDue, onGone }: RosterDeps) {
  const shards = new Map<number, Map<string, Entry>>();
  const byHandle = new Map<string, Entry>();

  function* entries(): Generator<Entry> {
    for (const shard of shards.values()) yield* shard.values();
  }

  /** What we know of the condition of our own servers is newer than what is stored. */
  async function read(number: number, known: ReadonlyMap<string, Entry> | undefined) {
    if (known !== undefined) {
      const servers = await health.watched(number, SHARDS, { bare: true });
      if (servers.every(({ id }) => known.has(id))) return servers;
    }
    return health.watched(number, SHARDS);
  }

  function update(entry: Entry, server: WatchedServer): void {
    const before = entry.server;
    entry.server = server;
    if (!entry.atDesk) entry.open = { ...server.openIncidents };
    const ended = before.underMaintenance && !server.underMaintenance;
    // Another policy calls for something else: what is open is seen to anew, at once.
    const other = policyOf(before) !== policyOf(server);
    if (other) entry.seenTo.clear();
    // Its first service: from now on there is something to look at beside itself.
    if (before.services.length === 0 && server.services.length > 0) onDue(entry);
    // The one re-evaluation at the end of a window: what it finds is judged as on any other day.
    if (ended || (other && Object.keys(entry.open).length > 0)) {
      entry.extraAt = clock.now().getTime();
      entry.extra = ended ? 'early' : 'quick';
      onDue(entry);
    }
  }

  function remove(shard: Map<string, Entry>, entry: Entry): void {
    shard.delete(entry.server.id);
    if (byHandle.get(entry.server.handle) === entry) byHandle.delete(entry.server.handle);
    entry.dropped = true;
    onGone(entry);
  }

  return {
    entries,
    get size(): number {
      let sum = 0;
      for (const shard of shards.values()) sum += shard.size;
      return sum;
    },
    /** Reads one shard anew. */
    async load(number: number): Promise<void> {
      const servers = await read(number, shards.get(number));
      const shard = shards.get(number) ?? new Map<string, Entry>();
      shards.set(number, shard);
      const seen = new Set<string>();
      for (const server of servers) {
        seen.add(server.id);
        const known = shard.get(server.id);
        if (known !== undefined) update(known, server);
        else {
          const entry = createEntry(server, number, intervalMs, clock.now());
          shard.set(server.id, entry);
          byHandle.set(server.handle, entry);
          onDue(entry);
        }
      }
      for (const entry of [...shard.values()]) if (!seen.has(entry.server.id)) remove(shard, entry);
    },
    drop(number: number): void {
      const shard = shards.get(number);
      if (shard === undefined) return;
      for (const entry of [...shard.values()]) remove(shard, entry);
      shards.delete(number);
    },
    /** The clock jumped: everybody gets a place that lies in the time as it is now. */
    replan(): void {
      const now = clock.now().getTime();
      for (const entry of entries()) {
        entry.slotAt = nextSlot(entry.server.id, intervalMs, now);
        if (Number.isFinite(entry.extraAt)) entry.extraAt = now;
        onDue(entry);
      }
    },
    find: (handle: string): Entry | null => byHandle.get(handle) ?? null,
  };
}
export type Roster = ReturnType<typeof createRoster>;
