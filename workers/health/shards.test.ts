import { describe, expect, it } from 'vitest';
import type { HeldLease, Leases } from '#domain/ports.ts';
import { createRecordingLogger } from '#test/fakes/logger.ts';
import { virtualClock } from '#test/fakes/virtual-clock.ts';
import { createShards, SHARDS } from './shards.ts';

/** Leases in memory that several holders share; `break` ends those of one holder. */
function sharedLeases() {
  const held = new Map<string, { owner: string; lost: AbortController }>();
  const of = (owner: string): Leases => ({
    async take(resource): Promise<HeldLease | null> {
      if (held.has(resource)) return null;
      const lost = new AbortController();
      const mine = { owner, lost };
      held.set(resource, mine);
      const release = async () => {
        if (held.get(resource) === mine) held.delete(resource);
      };
      return { resource, fence: 1, signal: lost.signal, release };
    },
    living: async (prefix) => [...held.keys()].filter((name) => name.startsWith(prefix)).length,
  });
  return {
    of,
    break(owner: string) {
      for (const [resource, one] of [...held]) {
        if (one.owner !== owner) continue;
        held.delete(resource);
        one.lost.abort();
      }
    },
  };
}

function workers(...names: string[]) {
  const leases = sharedLeases();
  const list = names.map((name) => {
    const mine = new Set<number>();
    const shards = createShards({
      ...{ leases: leases.of(name), clock: virtualClock(), log: createRecordingLogger() },
      onTaken: async (shard) => void mine.add(shard),
      onLost: (shard) => void mine.delete(shard),
    });
    return { shards, mine };
  });
  const turns = async (count: number, some = list) => {
    for (let turn = 0; turn < count; turn++) for (const { shards } of some) await shards.turn();
  };
  return { leases, list, turns };
}

describe('shards', () => {
  it('all are held by the only worker, at its first turn', async () => {
    const { list, turns } = workers('a');
    await turns(1);
    expect(list[0]?.mine.size).toBe(SHARDS);
  });

  it.each([2, 3, 5])(
    '%i workers come to a fair part each, and no shard has two homes',
    async (n) => {
      const { list, turns } = workers(...Array.from({ length: n }, (_, at) => `w${at}`));
      await turns(1, list.slice(0, 1));
      await turns(20);
      const parts = list.map(({ mine }) => mine.size);
      expect(parts.reduce((sum, part) => sum + part)).toBe(SHARDS);
      expect(Math.max(...parts)).toBeLessThanOrEqual(Math.ceil(SHARDS / n));
      const all = list.flatMap(({ mine }) => [...mine]);
      expect(new Set(all).size).toBe(SHARDS);
    },
  );

  it('what a dead worker held is taken over, and a lost lease drops its shard at once', async () => {
    const { leases, list, turns } = workers('a', 'b');
    await turns(10);
    leases.break('a');
    expect(list[0]?.mine.size).toBe(0);
    await turns(10, list.slice(1));
    expect(list[1]?.mine.size).toBe(SHARDS);
  });

  it('are given back at the end', async () => {
    const { list, turns } = workers('a', 'b');
    await turns(1, list.slice(0, 1));
    await list[0]?.shards.close();
    await turns(2, list.slice(1));
    expect(list[1]?.mine.size).toBe(SHARDS);
  });
});
