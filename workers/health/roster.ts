import { nextSlot } from '#domain/health/slots.ts';
import type { WatchedServer } from '#domain/health/target.ts';
import type { Clock } from '#domain/ports.ts';
import type { HealthRepository } from '#domain/repositories.ts';
import { createEntry, type Entry, isAsRead } from './entry.ts';
import { SHARDS } from './shards.ts';

export interface RosterDeps {
  readonly health: Pick<HealthRepository, 'watched' | 'watchedSince'>;
  readonly clock: Clock;
  readonly intervalMs: number;
  /** It has a new place in time, or is new. */
  readonly onDue: (entry: Entry) => void;
  readonly onGone: (entry: Entry) => void;
}

interface Shard {
  readonly entries: Map<string, Entry>;
  /** Of what was read last. */
  digest: string | null;
}

/** What decides whether, and how, an incident of a server is recovered. */
const policyOf = ({ mode, care, handsOff, underMaintenance }: WatchedServer): string =>
  [mode, care, handsOff, underMaintenance].join(' ');

/** The servers of our shards, and what is known of them. */
export function createRoster({ health, clock, intervalMs, onDue, onGone }: RosterDeps) {
  const shards = new Map<number, Shard>();
  const byHandle = new Map<string, Entry>();

  function* entries(): Generator<Entry> {
    for (const shard of shards.values()) yield* shard.entries.values();
  }

  /** What we know of the condition of our own servers is newer than what is stored. */
  async function read(number: number, shard: Shard | undefined) {
    if (shard !== undefined) {
      const { digest, entries: known } = shard;
      const same = [...known.values()].every(isAsRead);
      const since = await health.watchedSince(number, SHARDS, same ? digest : null);
      if (since === null || since.servers.every(({ id }) => known.has(id))) return since;
    }
    return { digest: null, servers: await health.watched(number, SHARDS) };
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

  function remove(shard: Shard, entry: Entry): void {
    shard.entries.delete(entry.server.id);
    if (byHandle.get(entry.server.handle) === entry) byHandle.delete(entry.server.handle);
    entry.dropped = true;
    onGone(entry);
  }

  return {
    entries,
    get size(): number {
      let sum = 0;
      for (const shard of shards.values()) sum += shard.entries.size;
      return sum;
    },
    /** Reads one shard anew, unless it is as we know it. */
    async load(number: number): Promise<void> {
      const answer = await read(number, shards.get(number));
      if (answer === null) return;
      const shard = shards.get(number) ?? { entries: new Map<string, Entry>(), digest: null };
      shards.set(number, shard);
      shard.digest = answer.digest;
      const seen = new Set<string>();
      for (const server of answer.servers) {
        seen.add(server.id);
        const known = shard.entries.get(server.id);
        if (known !== undefined) update(known, server);
        else {
          const entry = createEntry(server, number, intervalMs, clock.now());
          shard.entries.set(server.id, entry);
          byHandle.set(server.handle, entry);
          onDue(entry);
        }
      }
      for (const entry of [...shard.entries.values()]) {
        if (!seen.has(entry.server.id)) remove(shard, entry);
      }
    },
    drop(number: number): void {
      const shard = shards.get(number);
      if (shard === undefined) return;
      for (const entry of [...shard.entries.values()]) remove(shard, entry);
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
