import { beforeEach, describe, expect, it } from 'vitest';
import { fleetOf, watched } from '#test/builders/watched-fleet.ts';
import { memoryHealthRepositories } from '#test/fakes/memory-health.ts';
import { virtualClock } from '#test/fakes/virtual-clock.ts';
import { createRoster, type Roster } from './roster.ts';
import { SHARDS } from './shards.ts';

const SHARD = 3;
const [here, there] = [watched(SHARD), watched(SHARD + SHARDS)];

let memory: ReturnType<typeof memoryHealthRepositories>;
let roster: Roster;
/** What each look at a shard that was known gave: its servers, or nothing new. */
let looks: (readonly string[] | null)[];
let gone: string[];
beforeEach(async () => {
  const clock = virtualClock();
  memory = memoryHealthRepositories(clock);
  for (const server of [here, there, ...fleetOf(2)]) memory.servers.set(server.id, server);
  const { health } = memory.repositories;
  looks = [];
  gone = [];
  roster = createRoster({
    health: {
      watched: health.watched,
      async watchedSince(...asked) {
        const answer = await health.watchedSince(...asked);
        looks.push(answer?.servers.map(({ handle }) => handle) ?? null);
        return answer;
      },
    },
    ...{ clock, intervalMs: 60_000, onDue: () => {} },
    onGone: ({ server }) => gone.push(server.handle),
  });
  await roster.load(SHARD);
});

const load = async (times: number) => {
  for (let n = 0; n < times; n++) await roster.load(SHARD);
};
const both = [here.handle, there.handle];
const entry = () => roster.find(here.handle);

describe('a shard that is known', () => {
  it('is read once, and then only where something changed', async () => {
    await load(3);
    expect(looks).toEqual([both, null, null]);
    memory.servers.set(here.id, { ...here, mode: 'observe' });
    await load(2);
    expect(looks.slice(3)).toEqual([both, null]);
    expect(entry()?.server.mode).toBe('observe');
  });

  it('keeps its servers while nothing changes, and loses the one that goes', async () => {
    await load(2);
    expect(roster.size).toBe(2);
    memory.servers.delete(here.id);
    await load(2);
    expect([roster.size, gone]).toEqual([1, [here.handle]]);
  });

  it('takes up a server that is new, with its condition', async () => {
    await load(1);
    const late = watched(SHARD + 2 * SHARDS);
    memory.servers.set(late.id, late);
    await load(1);
    expect(roster.find(late.handle)).not.toBeNull();
    await load(2);
    expect(looks.slice(2)).toEqual([[...both, late.handle], null]);
  });

  it('is read again where we opened or closed something ourselves, until both say the same', async () => {
    await load(2);
    // The database took nothing of it, and so looks as it did.
    Object.assign(entry()?.open ?? {}, { disk_full: 'lost' });
    await load(2);
    expect(looks.slice(2)).toEqual([both, null]);
    expect(entry()?.open).toEqual({});
  });

  it('is read again for a server whose verdict was being dealt with', async () => {
    await load(2);
    Object.assign(entry() ?? {}, { atDesk: true });
    const { incident } = await memory.repositories.incidents.openWith({
      ...{ type: 'disk_full', serverHandle: here.handle, severity: 'error', details: '' },
      operationId: null,
    });
    await load(1);
    expect(entry()?.open).toEqual({});
    Object.assign(entry() ?? {}, { atDesk: false });
    await load(2);
    expect(looks.slice(2)).toEqual([both, both, null]);
    expect(entry()?.open).toEqual({ disk_full: incident.id });
  });

  it('is forgotten with its digest when it is not ours any more', async () => {
    await load(2);
    roster.drop(SHARD);
    expect(roster.size).toBe(0);
    await load(1);
    expect([roster.size, looks.length]).toEqual([2, 2]);
  });
});
