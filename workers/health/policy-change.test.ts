import { afterEach, describe, expect, it } from 'vitest';
import type { RungRecord } from '#domain/recovery.ts';
import { fleetOf } from '#test/builders/watched-fleet.ts';
import { type HealthStage, PATIENCE, settledStage } from '#test/fakes/health-stage.ts';

let stage: HealthStage;
afterEach(() => stage.end());

const keys = () => stage.orders.map(({ key }) => key);

/** What the operation that was ordered last leaves behind under `observe`. */
function observed(operationId: string): void {
  stage.rungs.push({ operationId, outcome: 'would' } as RungRecord);
}

describe('a policy that changes while an incident is open', PATIENCE, () => {
  it('observe to auto: what was only said is done now, once it has been said', async () => {
    stage = await settledStage(fleetOf(10, { mode: 'observe' }));
    stage.fail(['vps-3']);
    await stage.pass(200);
    const [incident] = stage.memory.incidents;
    const first = `recover:${incident?.id}:0`;
    expect(keys()).toEqual([first]);
    observed('op-1');
    stage.operations.set('op-1', 'running');
    stage.change('vps-3', { mode: 'auto' });
    await stage.pass(120);
    expect(keys()).toEqual([first]);
    stage.operations.set('op-1', 'succeeded');
    await stage.pass(70);
    expect(keys()).toEqual([first, `${first}:after:op-1`]);
    await stage.pass(600);
    expect(stage.orders).toHaveLength(2);
    expect(stage.told).toEqual(['incident_opened vps-3']);
  });

  it('auto to observe orders nothing, and back again a new recovery each time', async () => {
    stage = await settledStage(fleetOf(10, { mode: 'observe' }));
    stage.fail(['vps-3']);
    await stage.pass(200);
    for (const operation of ['op-1', 'op-2']) {
      observed(operation);
      stage.operations.set(operation, 'succeeded');
      stage.change('vps-3', { mode: 'ask' });
      await stage.pass(30);
      stage.change('vps-3', { mode: 'observe' });
      await stage.pass(200);
    }
    const after = keys().filter((key) => key.includes(':after:'));
    expect(after.map((key) => key.split(':after:')[1])).toEqual(['op-1', 'op-2']);
  });

  it('watch to managed: it is recovered; hands off lifted as well', async () => {
    stage = await settledStage(fleetOf(10));
    stage.change('vps-3', { care: 'watch' });
    stage.change('vps-4', { handsOff: true });
    await stage.pass(10);
    stage.fail(['vps-3', 'vps-4']);
    await stage.pass(200);
    expect(stage.memory.incidents).toHaveLength(2);
    expect(stage.orders).toEqual([]);
    stage.change('vps-3', { care: 'managed' });
    stage.change('vps-4', { handsOff: false });
    await stage.pass(20);
    expect(stage.orders.map(({ target }) => target).sort()).toEqual(['vps-3', 'vps-4']);
  });

  it('a service that is down is recovered, too', async () => {
    const url = 'http://10.0.3.1/';
    const checks = [{ kind: 'http', url, expectStatus: null }] as const;
    const services = [{ id: 'blog', name: 'blog', checks }];
    stage = await settledStage(fleetOf(10, { mode: 'observe' }));
    stage.change('vps-3', { services });
    await stage.pass(10);
    stage.services.set(url, 'failed');
    await stage.pass(300);
    expect(stage.told).toEqual(['incident_opened vps-3']);
    expect(stage.orders).toHaveLength(1);
    observed('op-1');
    stage.operations.set('op-1', 'succeeded');
    stage.change('vps-3', { mode: 'auto' });
    await stage.pass(130);
    expect(stage.orders).toHaveLength(2);
  });
});
