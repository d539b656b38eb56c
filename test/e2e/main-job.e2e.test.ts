import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeRealHosts } from '../support/real-hosts.ts';
import { createStage, type Stage } from './stage.ts';

interface WireServer {
  readonly handle: string;
  readonly status: string;
}
interface WireOperation {
  readonly id: string;
  readonly status: string;
  readonly error: unknown;
}

describeRealHosts('the main job on real hosts', () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await createStage({
      label: 'main-job',
      machines: 'containers',
      env: { TIME4VPS_MANAGED_SERVER_IDS: '1001,1002' },
    });
    await stage.start();
  });
  afterAll(() => stage?.remove());

  const status = async (handle: string) => {
    const { status, body } = await stage.api<WireServer>('GET', `/api/servers/${handle}`);
    return status === 200 ? body.status : null;
  };
  const settled = async (handle: string) => {
    const now = await status(handle);
    if (now === 'error') {
      const { body } = await stage.api('GET', `/api/servers/${handle}/operations`);
      throw new Error(JSON.stringify(body, null, 1));
    }
    return now === 'ready';
  };

  it('scenario 1: a server that was bought is discovered, prepared and ready', async () => {
    await stage.until(
      'a first sync',
      30,
      async () => (await stage.api<{ total: number }>('GET', '/api/servers')).status === 200,
    );
    const { id } = await stage.sim.addServer();
    expect(id).toBe(1001);
    await stage.until('vps-1001 to be ready', 300, () => settled('vps-1001'));
    const { body } = await stage.api<{ items: WireOperation[] }>(
      'GET',
      '/api/servers/vps-1001/operations',
    );
    expect(body.items.map((operation) => operation.status)).toEqual(['succeeded']);
  });
});
