import { afterEach, describe, expect, it } from 'vitest';
import { unmute } from '#graph/unmute.ts';
import { fleetOf, handles } from '#test/builders/watched-fleet.ts';
import { type HealthStage, PATIENCE, settledStage } from '#test/fakes/health-stage.ts';

let stage: HealthStage;
afterEach(() => stage.end());
const settled = async (fleet: Parameters<typeof settledStage>[0]) => {
  stage = await settledStage(fleet);
};

describe('several that fail each for itself', PATIENCE, () => {
  it.each([2, 20])('%i of 500: each is told and recovered once', async (count) => {
    await settled(fleetOf(500));
    stage.fail(handles(101, 100 + count));
    await stage.pass(400);
    expect(stage.told).toHaveLength(count);
    expect(new Set(stage.orders.map(({ target }) => target)).size).toBe(count);
    expect(stage.orders).toHaveLength(count);
  });
});

describe('many at once', PATIENCE, () => {
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

  it('those that may speak again after the re-arm are told then, and their end', async () => {
    await settled(fleetOf(5));
    stage.fail(handles(1, 5), 'unreachable');
    await stage.pass(300);
    stage.heal(['vps-1', 'vps-2', 'vps-3']);
    await stage.pass(120);
    expect(stage.told).toEqual(['mass_failure fleet']);
    const { incidents, fleet } = stage.memory.repositories;
    await unmute(incidents, 'ann');
    await fleet.rearm('ann', stage.clock.now());
    await stage.pass(90);
    const opened = ['incident_opened vps-4', 'incident_opened vps-5'];
    expect(stage.told.slice(1).sort()).toEqual(opened);
    const targets = [...new Set(stage.orders.map(({ key }) => key))].map(
      (key) => stage.orders.find((order) => order.key === key)?.target,
    );
    expect(targets.sort()).toEqual(['vps-4', 'vps-5']);
    stage.heal(['vps-4', 'vps-5']);
    await stage.pass(120);
    const resolved = ['incident_resolved vps-4', 'incident_resolved vps-5'];
    expect(stage.told.slice(3).sort()).toEqual(resolved);
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

describe('our own network', PATIENCE, () => {
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
