import { afterEach, describe, expect, it } from 'vitest';
import { slotOffset } from '#domain/health/slots.ts';
import { fleetOf, handles } from '#test/builders/watched-fleet.ts';
import { type HealthStage, PATIENCE, settledStage } from '#test/fakes/health-stage.ts';

let stage: HealthStage;
afterEach(() => stage.end());
const settled = async (fleet: Parameters<typeof settledStage>[0]) => {
  stage = await settledStage(fleet);
};

describe('suppression', PATIENCE, () => {
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

  it('is no trouble either when it began after our list was read', async () => {
    await settled(fleetOf(10));
    stage.worked.set('vps-2', 'reboot');
    stage.fail(['vps-2']);
    await stage.pass(100);
    expect(stage.told).toEqual([]);
    // It has ended, and the server is away still: now it is trouble.
    stage.worked.clear();
    await stage.pass(100);
    expect(stage.told).toEqual(['incident_opened vps-2']);
  });

  it('a recovery from something smaller that waits hides no dead host', async () => {
    await settled(fleetOf(10));
    stage.readings.set('vps-2', { disks: [{ path: '/', spacePercent: 99, inodePercent: 5 }] });
    await stage.pass(190);
    stage.change('vps-2', { busy: true });
    await stage.pass(10);
    stage.fail(['vps-2']);
    await stage.pass(90);
    const types = stage.memory.incidents.map(({ type }) => type);
    expect(types).toEqual(['disk_full', 'server_unreachable']);
  });

  it('a server without an address is unknown', async () => {
    await settled(fleetOf(3, { address: null }));
    await stage.pass(200);
    expect(stage.told).toEqual([]);
    expect([...stage.memory.targets.values()].map(({ state }) => state)).toEqual(
      Array(3).fill('unknown'),
    );
  });

  it('a server without a login is watched from outside', async () => {
    await settled(fleetOf(1, { hasLogin: false, care: 'watch' }));
    expect(stage.lookups).toEqual([]);
    stage.world.pings = false;
    stage.services.set('tcp', 'failed');
    await stage.pass(90);
    expect(stage.told).toEqual(['incident_opened vps-1']);
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

describe('a server that comes and goes', PATIENCE, () => {
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

describe('a host that answers and is not well', PATIENCE, () => {
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

describe('a slow host', PATIENCE, () => {
  it('delays no other, and no check is later than five seconds after its slot', async () => {
    const fleet = fleetOf(300);
    await settled(fleet);
    stage.fail(handles(1, 20), 'timeout');
    await stage.pass(300);
    for (const { id, handle } of fleet.slice(20)) {
      const slot = slotOffset(id, 60_000) / 1000;
      const looks = stage.lookups.filter((one) => one.handle === handle).map(({ at }) => at);
      for (let minute = 3; minute < 6; minute++) {
        const late = looks.map((at) => at - slot - minute * 60).filter((by) => by >= -0.02);
        expect(Math.min(...late)).toBeLessThan(5);
      }
    }
    expect(stage.mostInFlight).toBeLessThanOrEqual(200);
  });
});

describe('a clock that is set', PATIENCE, () => {
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
