import { beforeEach, describe, expect, it } from 'vitest';
import { createRecordingLogger } from '#test/fakes/logger.ts';
import { memoryHealthRepositories } from '#test/fakes/memory-health.ts';
import { type VirtualClock, virtualClock } from '#test/fakes/virtual-clock.ts';
import { nextEpoch, readEpoch, writeEpoch } from './epoch.ts';
import { createStartGuard, EPOCH_SECONDS, type StartGuardDeps } from './start-guard.ts';

let clock: VirtualClock;
let memory: ReturnType<typeof memoryHealthRepositories>;
let onDisk: string | null;
let voided: string[];
let open: { kind: string; serverHandle: string }[];

const guard = () =>
  createStartGuard({
    ...memory.repositories,
    approvals: {
      async voidAll(why: string) {
        voided.push(why);
        return [];
      },
    },
    operations: { list: async () => ({ items: open, total: open.length }) },
    file: {
      read: async () => onDisk,
      write: async (text: string) => {
        onDisk = text;
      },
    },
    clock,
    log: createRecordingLogger(),
  } as unknown as StartGuardDeps);
const beat = () => {
  memory.fleet = { ...memory.fleet, heartbeatAt: clock.now() };
};

beforeEach(() => {
  clock = virtualClock();
  memory = memoryHealthRepositories(clock);
  memory.fleet = { ...memory.fleet, epoch: '7c1e2d0a-5b1f-4c62-9a53-0f6d2f1f9f11' };
  onDisk = null;
  voided = [];
  open = [];
});

describe('at the start', () => {
  it('trusts an empty database and an empty directory, and makes them one', async () => {
    await guard().atStart();
    expect(memory.fleet.frozenAt).toBeNull();
    expect(onDisk).toBe(memory.fleet.epoch);
    expect(readEpoch(memory.fleet.epoch)?.at).toBe(clock.now().getTime());
  });

  it('trusts what went on in order, and a second machine with a directory of its own', async () => {
    await guard().atStart();
    beat();
    await clock.advance(600_000);
    await guard().goOn();
    beat();
    const first = onDisk;
    onDisk = null;
    await guard().atStart();
    expect(memory.fleet.frozenAt).toBeNull();
    onDisk = first;
    await guard().atStart();
    expect(memory.fleet.frozenAt).toBeNull();
  });

  it.each([
    ['restored from yesterday', 86_400_000],
    ['restored from ten minutes ago', 600_000],
    ['restored from a moment ago', EPOCH_SECONDS * 1000],
  ])(
    'freezes over a database %s, voids approvals, and lists what would have run',
    async (_, ms) => {
      await guard().atStart();
      const yesterday = memory.fleet.epoch;
      await clock.advance(ms);
      await guard().goOn();
      memory.fleet = { ...memory.fleet, epoch: yesterday };
      beat();
      open = [{ kind: 'recover', serverHandle: 'vps-1' }];
      await guard().atStart();
      expect(memory.fleet).toMatchObject({ frozenBy: 'agent', frozenReason: /restored/ });
      expect(voided).toHaveLength(1);
      expect(memory.told.map(({ kind }) => kind)).toEqual(['fleet_frozen']);
      expect(memory.told[0]?.params.reason).toMatch(/recover vps-1/);
      // Once: the next start goes on from here, frozen until somebody re-arms.
      memory.fleet = { ...memory.fleet, frozenAt: null };
      await guard().atStart();
      expect(memory.fleet.frozenAt).toBeNull();
    },
  );

  it('freezes over another database, and over a gap of more than an hour', async () => {
    await guard().atStart();
    beat();
    const epoch = writeEpoch(nextEpoch([], clock.now()));
    memory.fleet = { ...memory.fleet, epoch };
    await guard().atStart();
    expect(memory.fleet.frozenReason).toMatch(/not the one/);
    memory.fleet = { ...memory.fleet, frozenAt: null };
    await clock.advance(3 * 86_400_000);
    await guard().atStart();
    expect(memory.fleet.frozenReason).toMatch(/Nobody was at work for 4320 minutes/);
    expect(memory.told).toHaveLength(2);
  });

  it('freezes when the database is put back under a running agent, told once', async () => {
    const one = guard();
    await one.atStart();
    const backup = memory.fleet.epoch;
    await clock.advance(EPOCH_SECONDS * 1000);
    await one.goOn();
    expect(memory.fleet.frozenAt).toBeNull();
    memory.fleet = { ...memory.fleet, epoch: backup };
    await one.goOn();
    await one.goOn();
    expect(memory.fleet.frozenReason).toMatch(/restored/);
    expect(memory.told).toHaveLength(1);
  });

  it('is not alarmed by another process of the same directory that goes on at the same moment', async () => {
    await guard().atStart();
    beat();
    await clock.advance(EPOCH_SECONDS * 1000);
    await Promise.all([guard().goOn(), guard().goOn(), guard().goOn()]);
    await guard().atStart();
    expect(memory.fleet.frozenAt).toBeNull();
    expect(onDisk).toBe(memory.fleet.epoch);
  });

  it('does not freeze after a restart within the hour', async () => {
    await guard().atStart();
    beat();
    await clock.advance(3_500_000);
    await guard().atStart();
    expect(memory.fleet.frozenAt).toBeNull();
  });
});

describe('while Telegram reports a twin', () => {
  const watch = async (seconds: number, conflict: boolean, one: ReturnType<typeof guard>) => {
    for (let second = 0; second < seconds; second += 5) {
      await one.watchTwin(conflict ? clock.now() : null);
      await clock.advance(5000);
    }
  };

  it('freezes once it lasts, told once', async () => {
    const one = guard();
    await watch(50, true, one);
    expect(memory.fleet.frozenAt).toBeNull();
    await watch(300, true, one);
    expect(memory.fleet.frozenReason).toMatch(/second agent/);
    expect(memory.told).toHaveLength(1);
  });

  it('is not fooled by polls that succeed between the conflicts, nor by one conflict', async () => {
    const one = guard();
    await watch(10, true, one);
    await watch(300, false, one);
    await watch(10, true, one);
    expect(memory.fleet.frozenAt).toBeNull();
    for (let turn = 0; turn < 5; turn++) {
      await watch(30, false, one);
      await watch(10, true, one);
    }
    expect(memory.fleet.frozenAt).not.toBeNull();
  });
});

describe('the epoch', () => {
  it('is a UUID, and only goes forward', () => {
    const first = nextEpoch([], clock.now());
    expect(writeEpoch(first)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7000-[0-9a-f]{4}-[0-9a-f]{12}$/);
    expect(readEpoch(writeEpoch(first))).toEqual(first);
    clock.jump(-3_600_000);
    const second = nextEpoch([first, null], clock.now());
    expect(second).toEqual({ at: first.at + 1, database: first.database });
    expect(readEpoch('nonsense')).toBeNull();
  });
});
