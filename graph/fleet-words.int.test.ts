import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRecoveryStage, type RecoveryStage } from '#test/support/recovery-stage.ts';

let stage: RecoveryStage;
beforeEach(async () => {
  stage = await createRecoveryStage();
});
afterEach(() => stage.close());

/** A server that a mass failure speaks for. */
async function outage(address: string) {
  const { handle } = await stage.prepared(address);
  stage.host(address).state = 'gone';
  const { incident, operationId } = await stage.incident(handle);
  await stage.repositories.incidents.update(incident.id, { muted: true }, 'agent');
  return { handle, incident, operationId };
}

describe('a re-arm after a mass failure', () => {
  it('tells what is still open at once, so that no end comes before its beginning', async () => {
    await stage.policy({ mode: 'auto', highest_rung: 'reboot' });
    const { handle, incident, operationId } = await outage('10.1.0.1');
    await stage.repositories.fleet.openBreaker('many', stage.clock.now());
    await stage.agent.rearm('tg:111');
    expect(await stage.told()).toMatchObject([
      { kind: 'fleet_rearmed', params: { count: 0 } },
      { kind: 'incident_opened', params: { server: handle, mode: 'auto', incident: incident.id } },
    ]);
    // No look of the health worker came in between.
    expect(await stage.drive(operationId)).toMatchObject({ status: 'succeeded' });
    expect((await stage.told()).map(({ kind }) => kind)).toEqual([
      ...['fleet_rearmed', 'incident_opened', 'incident_resolved'],
    ]);
  });

  it('says of a server that is not in our care that nothing will be done', async () => {
    const { handle } = await outage('10.1.0.1');
    await stage.repositories.servers.update(handle, { handsOff: true }, 'tg:111');
    await stage.repositories.fleet.openBreaker('many', stage.clock.now());
    await stage.agent.rearm('tg:111');
    expect((await stage.told())[1]).toMatchObject({
      kind: 'incident_opened',
      params: { mode: '' },
    });
  });
});
