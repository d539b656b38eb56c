import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { problem, startFakeApi } from '#test/support/fake-api.ts';
import { runCli } from '#test/support/run-cli.ts';

const ID = '7d0f9c1e-0000-4000-8000-000000000001';
const accepted = (kind: string) => ({
  ...{ outcome: 'created', message: `Accepted: ${kind} of vps-1.` },
  operation: { id: ID, kind, server_handle: 'vps-1', status: 'queued', error: null },
});

let api: Awaited<ReturnType<typeof startFakeApi>>;
beforeEach(async () => {
  api = await startFakeApi();
  api.json('POST /api/servers/vps-1/reboot', 202, accepted('reboot'));
  api.json('POST /api/servers/vps-1/recover', 202, accepted('recover'));
  api.json('POST /api/servers/vps-1/force-rebuild', 202, accepted('rebuild'));
});
afterEach(() => api.stop());
const run = (words: string, options = {}) => runCli(words.split(' '), { url: api.url, ...options });
const bodies = () => api.calls.map(({ method, path, body }) => [method, path, body]);

describe('orders', () => {
  it('are sent, and say how to follow them', async () => {
    const { code, out } = await run('servers reboot vps-1');
    expect(code).toBe(0);
    expect(out).toContain(`zavhoz operations follow ${ID}`);
    await run('servers reboot vps-1 --delay 60');
    await run('servers recover vps-1');
    await run(`servers recover vps-1 --incident ${ID}`);
    await run('servers rebuild vps-1 --reset --delay 30');
    expect(bodies()).toEqual([
      ['POST', '/api/servers/vps-1/reboot', {}],
      ['POST', '/api/servers/vps-1/reboot', { delay_seconds: 60 }],
      ['POST', '/api/servers/vps-1/recover', {}],
      ['POST', '/api/servers/vps-1/recover', { incident_id: ID }],
      ['POST', '/api/servers/vps-1/force-rebuild', { mode: 'reset', delay_seconds: 30 }],
    ]);
  });

  it.each(['reboot', 'recover'])('%s wants a yes on a terminal', async (verb) => {
    const words = `servers ${verb} vps-1`;
    const no = await run(words, { answers: ['no'] });
    expect([no.code, no.err]).toEqual([2, expect.stringContaining('nothing was started')]);
    expect(api.calls).toEqual([]);
    expect((await run(words, { answers: ['yes'] })).code).toBe(0);
    expect((await run(`${words} --yes`, { answers: [] })).asked).toEqual([]);
    expect(api.calls).toHaveLength(2);
  });

  it('take no delay that is none, and pass on why they were refused', async () => {
    const wrong = await run('servers reboot vps-1 --delay soon');
    expect([wrong.code, wrong.err]).toEqual([2, expect.stringContaining('from 0 to 3600')]);
    api.on('POST /api/servers/vps-1/recover', (_, response) =>
      problem(response, 409, 'conflict', 'no open incident'),
    );
    const refused = await run('servers recover vps-1');
    expect([refused.code, refused.err]).toEqual([1, expect.stringContaining('no open incident')]);
  });
});
