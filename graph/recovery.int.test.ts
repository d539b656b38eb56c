import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRecoveryStage, type RecoveryStage } from '#test/support/recovery-stage.ts';

let stage: RecoveryStage;
beforeEach(async () => {
  stage = await createRecoveryStage();
});
afterEach(() => stage.close());

describe('a recovery', () => {
  it('reboots a server that does not answer, proves that it is back, and says so', async () => {
    await stage.policy({ mode: 'auto', highest_rung: 'reboot' });
    const { handle } = await stage.prepared('10.1.0.1');
    stage.host('10.1.0.1').state = 'gone';
    const { incident, operationId } = await stage.incident(handle);
    expect((await stage.repositories.servers.require(handle)).status).toBe('error');

    const end = await stage.drive(operationId);
    expect(end.error).toBeNull();
    expect(end.status).toBe('succeeded');
    expect(stage.asked()).toEqual(['reboot']);
    expect(await stage.rungs(operationId)).toEqual(['restart skipped', 'reboot helped']);
    expect((await stage.repositories.incidents.find(incident.id))?.status).toBe('resolved');
    expect((await stage.repositories.servers.require(handle)).status).toBe('in_use');
    expect(await stage.told()).toMatchObject([{ kind: 'incident_resolved' }]);
  });
});
