import { afterEach, describe, expect, it } from 'vitest';
import type { WatchedServer } from '#domain/health/target.ts';
import { type HealthStage, healthStage, watched } from '#test/fakes/health-stage.ts';

let stage: HealthStage;
afterEach(() => stage.end());

const fleetOf = (size: number, over: Partial<WatchedServer> = {}) =>
  Array.from({ length: size }, (_, at) => watched(at + 1, over));
const handles = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, at) => `vps-${from + at}`);

/** A fleet that has run long enough for every server to have been looked at. */
async function settled(fleet: readonly WatchedServer[]): Promise<HealthStage> {
  stage = healthStage(fleet);
  await stage.pass(125);
  return stage;
}

describe('a fleet on an ordinary day', () => {
  it('is checked in stable slots, each tenth time by a fresh login, and nobody hears of it', async () => {
    await settled(fleetOf(50));
    await stage.pass(1200);
    expect(stage.told).toEqual([]);
    expect(stage.orders).toEqual([]);
    const ofOne = stage.lookups.filter(({ handle }) => handle === 'vps-7');
    const gaps = ofOne.slice(1).map(({ at }, index) => at - (ofOne[index]?.at ?? 0));
    expect(gaps.every((gap) => Math.abs(gap - 60) < 0.1)).toBe(true);
    expect(ofOne.filter(({ fresh }) => fresh).length).toBeGreaterThanOrEqual(2);
    expect(ofOne.filter(({ fresh }) => fresh).length).toBeLessThanOrEqual(3);
    expect(stage.memory.samples.every(({ state }) => state === 'ok')).toBe(true);
  });
});

describe('one server that does not answer', () => {
  it('is looked at again after 2, 5 and 9 s by fresh logins, then told and recovered once', async () => {
    await settled(fleetOf(20));
    stage.fail(['vps-3'], 'refused');
    stage.world.pings = false;
    const before = stage.lookups.length;
    await stage.pass(75);
    const looks = stage.lookups.slice(before).filter(({ handle }) => handle === 'vps-3');
    const first = looks[0]?.at ?? 0;
    expect(looks.slice(1, 4).map(({ at, fresh }) => [Math.round(at - first), fresh])).toEqual([
      [2, true],
      [5, true],
      [9, true],
    ]);
    await stage.pass(600);
    expect(stage.told).toEqual(['incident_opened vps-3']);
    expect(stage.orders.map((order) => order.target)).toEqual(['vps-3']);
    expect(stage.memory.incidents.map(({ type, status }) => [type, status])).toEqual([
      ['server_unreachable', 'detected'],
    ]);
  });

  it('is no incident when it answers one of the quick looks', async () => {
    await settled(fleetOf(20));
    stage.fail(['vps-3']);
    const before = stage.lookups.length;
    const seen = () =>
      stage.lookups.slice(before).filter(({ handle }) => handle === 'vps-3').length;
    while (seen() < 3) await stage.pass(0.5);
    stage.heal(['vps-3']);
    await stage.pass(300);
    expect(stage.told).toEqual([]);
    expect(stage.memory.samples.some(({ state }) => state === 'failed')).toBe(false);
  });

  it('closes on two good fresh checks, within seconds of the first', async () => {
    await settled(fleetOf(20));
    stage.fail(['vps-3']);
    await stage.pass(90);
    stage.heal(['vps-3']);
    await stage.pass(66);
    expect(stage.told).toEqual(['incident_opened vps-3', 'incident_resolved vps-3']);
    const last = stage.lookups.filter(({ handle }) => handle === 'vps-3').slice(-2);
    expect(last.every(({ fresh }) => fresh)).toBe(true);
  });

  it('is left to the recovery that runs on it', async () => {
    await settled(fleetOf(20));
    stage.fail(['vps-3']);
    await stage.pass(90);
    stage.running.add('vps-3');
    stage.heal(['vps-3']);
    await stage.pass(120);
    expect(stage.told).toEqual(['incident_opened vps-3']);
    stage.running.delete('vps-3');
    await stage.pass(61);
    expect(stage.told).toContain('incident_resolved vps-3');
  });

  it('is a blocked port when the port refuses while the host lives, and suspended when its provider says so', async () => {
    await settled(fleetOf(20));
    stage.fail(['vps-3'], 'refused');
    stage.fail(['vps-4']);
    stage.suspended.add('vps-4');
    await stage.pass(90);
    const types = Object.fromEntries(stage.memory.incidents.map((i) => [i.serverHandle, i.type]));
    expect(types).toEqual({ 'vps-3': 'ssh_blocked', 'vps-4': 'suspended' });
    expect(stage.orders.map(({ target }) => target)).toEqual(['vps-3']);
    stage.fail(['vps-3'], 'timeout');
    await stage.pass(360);
    expect(stage.orders.map(({ target }) => target)).toEqual(['vps-3', 'vps-3']);
  });

  it('is not taken up again once the ladder gave it up, until it was well', async () => {
    await settled(fleetOf(20));
    stage.fail(['vps-3']);
    await stage.pass(90);
    const [incident] = stage.memory.incidents;
    await stage.memory.repositories.incidents.update(
      incident?.id ?? '',
      { status: 'failed' },
      'agent',
    );
    stage.change('vps-3', { status: 'error' });
    await stage.pass(900);
    expect(stage.orders).toHaveLength(1);
    stage.heal(['vps-3']);
    await stage.pass(90);
    expect(stage.memory.incidents.map(({ status }) => status)).toEqual(['resolved']);
  });

  it('reopens when a human closed it and the next check fails', async () => {
    await settled(fleetOf(20));
    stage.fail(['vps-3']);
    await stage.pass(90);
    const [incident] = stage.memory.incidents;
    await stage.memory.repositories.incidents.update(
      incident?.id ?? '',
      { status: 'resolved' },
      'ann',
    );
    await stage.pass(90);
    expect(stage.memory.incidents.map(({ status, reopened }) => [status, reopened])).toEqual([
      ['detected', 1],
    ]);
    expect(stage.orders).toHaveLength(2);
  });
});

describe('several that fail each for itself', () => {
  it.each([2, 20])('%i of 500: each is told and recovered once', async (count) => {
    await settled(fleetOf(500));
    stage.fail(handles(101, 100 + count));
    await stage.pass(400);
    expect(stage.told).toHaveLength(count);
    expect(new Set(stage.orders.map(({ target }) => target)).size).toBe(count);
    expect(stage.orders).toHaveLength(count);
  });
});

describe('many at once', () => {
  it('500 of 500: one message, no recovery; after the re-arm each is recovered', async () => {
    await settled(fleetOf(500));
    stage.fail(handles(1, 500), 'unreachable');
    await stage.pass(400);
    expect(stage.told).toEqual(['mass_failure fleet']);
    expect(stage.orders).toEqual([]);
    expect(stage.memory.incidents.filter(({ muted }) => !muted).map(({ type }) => type)).toEqual([
      'mass_failure',
    ]);
    await stage.memory.repositories.fleet.rearm('ann', stage.clock.now());
    await stage.pass(30);
    expect(new Set(stage.orders.map(({ target }) => target)).size).toBe(500);
    expect(stage.told).toHaveLength(1);
  });

  it.each([3, 5, 10])('all of %i: the breaker opens before the first recovery', async (size) => {
    await settled(fleetOf(size));
    stage.fail(handles(1, size), 'timeout');
    await stage.pass(400);
    expect(stage.orders).toEqual([]);
    expect(stage.told).toEqual(['mass_failure fleet']);
  });

  it.each([1, 2])('all of %i: the witnesses answer, so each is recovered', async (size) => {
    await settled(fleetOf(size));
    stage.fail(handles(1, size));
    await stage.pass(200);
    expect(stage.orders).toHaveLength(size);
  });

  it('a subnet of twenty in a fleet of 300', async () => {
    const fleet = fleetOf(300).map((server, at) =>
      at < 20 ? { ...server, address: `172.16.0.${at + 1}` } : server,
    );
    await settled(fleet);
    stage.fail(handles(1, 20), 'unreachable');
    await stage.pass(300);
    expect(stage.told).toEqual(['mass_failure subnet 172.16.0']);
    expect(stage.orders).toEqual([]);
  });
});

describe('our own network', () => {
  it.each([1, 10, 500])(
    'away for ten minutes, fleet of %i: nothing but one message',
    async (size) => {
      await settled(fleetOf(size));
      stage.world.network = false;
      await stage.pass(600);
      expect(stage.memory.fleet.blindSince).not.toBeNull();
      expect(stage.told).toEqual([]);
      stage.world.network = true;
      await stage.pass(200);
      expect(stage.told).toEqual(['blind_interval']);
      expect(stage.memory.incidents).toEqual([]);
      expect(stage.orders).toEqual([]);
      expect(stage.memory.fleet.blindSince).toBeNull();
      expect(stage.memory.samples.filter(({ state }) => state === 'failed')).toEqual([]);
      expect([...stage.memory.targets.values()].every(({ state }) => state === 'ok')).toBe(true);
    },
  );

  it('a server that died while we were blind is found afterwards', async () => {
    await settled(fleetOf(10));
    stage.world.network = false;
    await stage.pass(300);
    stage.fail(['vps-4']);
    stage.world.network = true;
    await stage.pass(120);
    expect(stage.told).toEqual(['blind_interval', 'incident_opened vps-4']);
  });
});

describe('suppression', () => {
  it('maintenance: no word and no recovery; at its end one look, silent when all is well', async () => {
    await settled(fleetOf(10));
    stage.change('vps-2', { underMaintenance: true, status: 'maintenance' });
    await stage.pass(10);
    stage.fail(['vps-2']);
    await stage.pass(600);
    stage.heal(['vps-2']);
    stage.change('vps-2', { underMaintenance: false, status: 'ready' });
    await stage.pass(120);
    expect(stage.told).toEqual([]);
    stage.change('vps-2', { underMaintenance: true, status: 'maintenance' });
    await stage.pass(10);
    stage.fail(['vps-2']);
    await stage.pass(100);
    stage.change('vps-2', { underMaintenance: false, status: 'ready' });
    await stage.pass(30);
    expect(stage.told).toEqual(['incident_opened vps-2']);
  });

  it('behind a dead jump host all is unknown', async () => {
    const fleet = fleetOf(6).map((server, at) =>
      at === 0 ? server : { ...server, jumpHost: 'vps-1' },
    );
    await settled(fleet);
    stage.fail(['vps-1']);
    stage.fail(handles(2, 6), 'no_path');
    await stage.pass(200);
    expect(stage.told).toEqual(['incident_opened vps-1']);
    const behind = [...stage.memory.targets.values()].filter(
      ({ serverId }) => !serverId.endsWith('1'),
    );
    expect(behind.map(({ state }) => state)).toEqual(Array(5).fill('unknown'));
  });

  it('an operation under way is no trouble', async () => {
    await settled(fleetOf(10));
    stage.change('vps-2', { busy: true });
    await stage.pass(10);
    stage.fail(['vps-2']);
    await stage.pass(300);
    expect(stage.told).toEqual([]);
  });

  it('what is frozen is told, and recovered after the re-arm', async () => {
    await settled(fleetOf(10));
    await stage.memory.repositories.fleet.freeze('ann', 'a drill', stage.clock.now());
    stage.fail(['vps-2']);
    await stage.pass(100);
    expect(stage.told).toEqual(['incident_opened vps-2']);
    expect(stage.orders).toEqual([]);
    await stage.memory.repositories.fleet.rearm('ann', stage.clock.now());
    await stage.pass(90);
    expect(new Set(stage.orders.map(({ key }) => key)).size).toBe(1);
  });

  it('only managed servers are recovered', async () => {
    await settled(fleetOf(10, { care: 'watch' }));
    stage.fail(['vps-2']);
    await stage.pass(100);
    expect(stage.told).toEqual(['incident_opened vps-2']);
    expect(stage.orders).toEqual([]);
  });
});

describe('a server that comes and goes', () => {
  it('gets one incident of its own kind, and no further recovery', async () => {
    await settled(fleetOf(10));
    for (let turn = 0; turn < 20; turn++) {
      stage.fail(['vps-5']);
      await stage.pass(90);
      stage.heal(['vps-5']);
      await stage.pass(90);
    }
    const flapping = stage.memory.incidents.filter(({ type }) => type === 'flapping');
    expect(flapping).toHaveLength(1);
    expect(stage.orders.length).toBeLessThanOrEqual(5);
    const before = stage.orders.length;
    for (let turn = 0; turn < 5; turn++) {
      stage.fail(['vps-5']);
      await stage.pass(90);
      stage.heal(['vps-5']);
      await stage.pass(90);
    }
    expect(stage.orders.length).toBe(before);
    await stage.pass(3600);
    expect(stage.memory.incidents.every(({ status }) => status === 'resolved')).toBe(true);
  });
});

describe('a host that answers and is not well', () => {
  it('is told after three checks in a row, and closed after two good ones', async () => {
    await settled(fleetOf(5));
    stage.readings.set('vps-1', { disks: [{ path: '/', spacePercent: 99, inodePercent: 5 }] });
    await stage.pass(100);
    expect(stage.told).toEqual([]);
    await stage.pass(90);
    expect(stage.told).toEqual(['incident_opened vps-1']);
    expect(stage.memory.incidents[0]?.type).toBe('disk_full');
    stage.readings.delete('vps-1');
    await stage.pass(130);
    expect(stage.told).toContain('incident_resolved vps-1');
  });

  it('services are told when they fail, and not while their server is down', async () => {
    const web = { kind: 'http', url: 'http://web', expectStatus: null } as const;
    const services = [{ id: 's1', name: 'web', checks: [web] }];
    await settled(fleetOf(5).map((s, at) => (at === 0 ? { ...s, services } : s)));
    stage.services.set('http://web', 'failed');
    stage.fail(['vps-1']);
    await stage.pass(400);
    expect(stage.memory.incidents.map(({ type }) => type)).toEqual(['server_unreachable']);
    stage.heal(['vps-1']);
    await stage.pass(400);
    const types = stage.memory.incidents.map(({ type, status }) => `${type} ${status}`);
    expect(types).toEqual(['server_unreachable resolved', 'service_down detected']);
    stage.services.delete('http://web');
    await stage.pass(400);
    expect(stage.memory.incidents.every(({ status }) => status === 'resolved')).toBe(true);
  });
});

describe('a slow host', () => {
  it('delays no other, and no check is later than five seconds after its slot', async () => {
    await settled(fleetOf(300));
    const slots = new Map(stage.lookups.map(({ handle, at }) => [handle, at % 60]));
    stage.fail(handles(1, 20), 'timeout');
    const before = stage.lookups.length;
    await stage.pass(300);
    const late = stage.lookups
      .slice(before)
      .filter(({ handle }) => Number(handle.slice(4)) > 20)
      .map(({ handle, at }) => (at - (slots.get(handle) ?? 0) + 6000) % 60)
      .filter((delay) => delay > 5 && delay < 55);
    // Early looks at neighbours come between the slots; they are few.
    expect(late.length).toBeLessThan(300);
    expect(stage.mostInFlight).toBeLessThanOrEqual(200);
  });
});

describe('a clock that is set', () => {
  it.each([-3600, 3600, 86_400])('by %i s: nobody is told, and checks go on', async (by) => {
    await settled(fleetOf(30));
    stage.clock.jump(by * 1000);
    const before = stage.lookups.length;
    await stage.pass(125);
    expect(stage.lookups.length - before).toBeGreaterThanOrEqual(60);
    expect(stage.lookups.length - before).toBeLessThanOrEqual(100);
    expect(stage.told).toEqual([]);
  });
});
