import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDesk } from './fault-desk.ts';
import { createMemoryStage, type MemoryStage } from './memory-stage.ts';

/** The health worker as it is wired, over a real database: from a dead host to the message. */
describe('a watched server', () => {
  let stage: MemoryStage;
  let desk: ReturnType<typeof createDesk>;
  let ip: string;

  beforeAll(async () => {
    stage = await createMemoryStage({
      TIME4VPS_MANAGED_SERVER_IDS: '1001',
      HEALTH_CHECK_INTERVAL: '10',
    });
    desk = createDesk(stage);
    ({ ip } = await desk.ready(1001));
  });
  afterAll(() => stage?.remove());

  const host = () => {
    const found = stage.hosts.at(ip);
    if (found === undefined) throw new Error(`there is no host at ${ip}`);
    return found;
  };
  const typesOf = async () =>
    (await desk.incidents('vps-1001')).map(({ incident_type, status }) => [incident_type, status]);

  it('is checked, and nothing opens', async () => {
    await stage.until('a first check', 60, async () => {
      const { body } = await stage.call('GET', '/api/servers/vps-1001');
      return body.last_health_check !== null;
    });
    expect(await typesOf()).toEqual([]);
  });

  it('is an incident when it does not answer, and told once', async () => {
    host().state = 'gone';
    await stage.until('an incident', 90, async () =>
      (await typesOf()).some(([type]) => type === 'server_unreachable'),
    );
    await desk.becomes('vps-1001', 'error');
    await stage.until('a recovery', 30, async () =>
      (await desk.operations('vps-1001')).some(({ kind }) => kind === 'recover'),
    );
  });

  it('is resolved when it answers again, with its status from before', async () => {
    host().state = 'up';
    await stage.until('the end of the incident', 120, async () =>
      (await typesOf()).every(([, status]) => status === 'resolved'),
    );
    await desk.becomes('vps-1001', 'ready');
    expect(stage.sim.records().filter(({ action }) => action === 'reboot')).toEqual([]);
  });
});
