import { afterEach, describe, expect, it } from 'vitest';
import { fleetOf } from '#test/builders/watched-fleet.ts';
import { type HealthStage, PATIENCE, settledStage } from '#test/fakes/health-stage.ts';

let stage: HealthStage;
afterEach(() => stage.end());
const settled = async (fleet: Parameters<typeof settledStage>[0]) => {
  stage = await settledStage(fleet);
};

describe('a fleet on an ordinary day', PATIENCE, () => {
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

describe('one server that does not answer', PATIENCE, () => {
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
