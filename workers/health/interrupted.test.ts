import { afterEach, describe, expect, it } from 'vitest';
import { untold } from '#domain/health/advance.ts';
import { fleetOf } from '#test/builders/watched-fleet.ts';
import { type HealthStage, healthStage, PATIENCE, settledStage } from '#test/fakes/health-stage.ts';

let stage: HealthStage;
afterEach(() => stage.end());

describe('a worker that takes over', PATIENCE, () => {
  it('sees to an incident whose worker was killed before it told anybody', async () => {
    stage = healthStage(fleetOf(10));
    await stage.memory.repositories.incidents.openWith({
      ...{ type: 'server_unreachable', serverHandle: 'vps-3', severity: 'critical' },
      ...{ details: 'It is gone.', operationId: null },
    });
    stage.fail(['vps-3']);
    await stage.pass(200);
    expect(stage.told).toEqual(['incident_opened vps-3']);
    expect(stage.orders.map(({ key }) => key)).toEqual([
      `recover:${stage.memory.incidents[0]?.id}:0`,
    ]);
  });

  it('closes an incident of a server that came back meanwhile', async () => {
    stage = healthStage(fleetOf(10));
    await stage.memory.repositories.incidents.openWith({
      ...{ type: 'server_unreachable', serverHandle: 'vps-3', severity: 'critical' },
      ...{ details: 'It is gone.', operationId: null },
    });
    await stage.pass(70);
    expect(stage.memory.incidents.map(({ status }) => status)).toEqual(['resolved']);
  });

  it('goes on with what was suspected', async () => {
    stage = healthStage(fleetOf(10));
    const [first] = fleetOf(1);
    const id = first?.id ?? '';
    const missing = new Date(stage.clock.now().getTime() - 20_000);
    stage.memory.targets.set(id, {
      ...untold(id, missing),
      ...{ misses: 2, missingSince: missing, lastCheckAt: missing },
    });
    await stage.pass(130);
    expect(stage.told).toEqual([]);
    expect(stage.memory.targets.get(id)).toMatchObject({ misses: 0, missingSince: null });
  });
});

describe('a database that is away', PATIENCE, () => {
  it('at the verdict: the incident is told once it is back, once', async () => {
    stage = await settledStage(fleetOf(20));
    stage.world.database = false;
    stage.fail(['vps-3']);
    await stage.pass(100);
    expect(stage.memory.incidents).toEqual([]);
    stage.world.database = true;
    await stage.pass(20);
    expect(stage.told).toEqual(['incident_opened vps-3']);
    await stage.pass(200);
    expect(stage.orders).toHaveLength(1);
  });

  it('while all is well: checks go on, nothing is lost, nobody is told', async () => {
    stage = await settledStage(fleetOf(20));
    const [checks, samples] = [stage.lookups.length, stage.memory.samples.length];
    stage.world.database = false;
    await stage.pass(60);
    stage.world.database = true;
    await stage.pass(5);
    expect(stage.memory.samples.length - samples).toBe(stage.lookups.length - checks);
    expect(stage.told).toEqual([]);
  });
});
