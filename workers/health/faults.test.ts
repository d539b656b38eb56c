import { afterEach, describe, expect, it } from 'vitest';
import { fleetOf } from '#test/builders/watched-fleet.ts';
import { type HealthStage, PATIENCE, settledStage } from '#test/fakes/health-stage.ts';

let stage: HealthStage;
afterEach(() => stage.end());
const FULL = { disks: [{ path: '/', spacePercent: 99, inodePercent: 5 }] };
const types = () => stage.memory.incidents.map(({ type, status }) => [type, status]);

describe('a host that answers and is not well', PATIENCE, () => {
  it('is told once and left alone where no restart would help: load', async () => {
    stage = await settledStage(fleetOf(5));
    stage.readings.set('vps-1', { load: { five: 40, cores: 2 } });
    await stage.pass(1800);
    expect(stage.told).toEqual(['incident_opened vps-1']);
    expect(stage.orders).toEqual([]);
    stage.readings.delete('vps-1');
    await stage.pass(300);
    expect(types()).toEqual([['server_degraded', 'resolved']]);
    expect(stage.told).toEqual(['incident_opened vps-1', 'incident_resolved vps-1']);
  });

  it('is recovered where one might: Docker', async () => {
    stage = await settledStage(fleetOf(5));
    stage.readings.set('vps-1', { docker: 'silent' });
    await stage.pass(600);
    expect(stage.orders.map(({ target }) => target)).toEqual(['vps-1']);
  });

  it('is a human’s once the ladder gave it up, until it was well', async () => {
    stage = await settledStage(fleetOf(5));
    stage.readings.set('vps-1', FULL);
    await stage.pass(400);
    expect(stage.orders).toHaveLength(1);
    const [incident] = stage.memory.incidents;
    await stage.memory.repositories.incidents.update(
      incident?.id ?? '',
      { status: 'failed' },
      'agent',
    );
    await stage.pass(3600);
    expect(stage.told).toEqual(['incident_opened vps-1']);
    expect(stage.orders).toHaveLength(1);
    stage.readings.delete('vps-1');
    await stage.pass(300);
    expect(types()).toEqual([['disk_full', 'resolved']]);
    stage.readings.set('vps-1', FULL);
    await stage.pass(900);
    expect(stage.orders).toHaveLength(2);
  });
});
