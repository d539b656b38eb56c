import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { problem, sse, startFakeApi } from '#test/support/fake-api.ts';
import { runCli } from '#test/support/run-cli.ts';

const ID = '7d0f9c1e-0000-4000-8000-000000000001';
const EVENTS = `/api/operations/${ID}/events`;
const operation = (fields: object = {}) => ({
  ...{ id: ID, kind: 'rebuild', server_handle: 'vps-1001', status: 'succeeded', error: null },
  ...fields,
});
const accepted = (outcome = 'created', message = 'Accepted: rebuild of vps-1001.') => ({
  ...{ server: {}, operation: operation({ status: 'queued' }), outcome, message },
});
const STEP = { type: 'step', step: 'claim-attempt', state: 'started', text: 'Claim', percent: 1 };
const TASK = { type: 'task', step: 'open-access', state: 'ok', text: 'Install key', percent: 40 };
const DONE = { type: 'status', status: 'succeeded', text: 'ready', percent: 100 };
const END = `event: end\ndata: ${JSON.stringify(operation())}\n\n`;

describe('rebuild', () => {
  let api: Awaited<ReturnType<typeof startFakeApi>>;
  beforeEach(async () => {
    api = await startFakeApi();
    api.json('PATCH /api/servers/vps-1001', 202, accepted());
    api.json(`GET /api/operations/${ID}`, 200, operation());
    api.on(`GET ${EVENTS}`, (_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end(
        `retry: 2000\n: following\n\n${sse(1, STEP)}${sse(2, TASK)}${sse(3, DONE)}${END}`,
      );
    });
  });
  afterEach(() => api.stop());
  const run = (words: string, options = {}) =>
    runCli(words.split(' '), { url: api.url, ...options });
  const sent = (method: string) => api.calls.filter((call) => call.method === method);
  const streams = () => api.calls.filter(({ path }) => path.startsWith(EVENTS));

  it('sends force_rebuild and follows it to ready', async () => {
    const { code, out, asked } = await run('rebuild vps-1001 --follow');
    expect(code).toBe(0);
    expect(sent('PATCH').map(({ body }) => body)).toEqual([{ status: 'force_rebuild' }]);
    expect(out).toMatch(/ 1 % {2}claim-attempt started {2}Claim\n/);
    expect(out).toMatch(/ 40 % {4}Install key ok\n/);
    expect(out).toMatch(/vps-1001 is ready\.\n$/);
    expect(asked).toEqual([]);
  });

  it('keeps the disk with --reset, here and below servers', async () => {
    await run('rebuild vps-1001 --reset');
    await run('servers rebuild vps-1001 --reset');
    expect(sent('PATCH').map(({ body }) => body)).toEqual([
      { status: 'force_rebuild', rebuild: 'reset' },
      { status: 'force_rebuild', rebuild: 'reset' },
    ]);
  });

  it.each(['rebuild vps-1001 --reset', 'servers set-status vps-1001 force_rebuild'])(
    'on a terminal "%s" shows the preview and wants the handle typed',
    async (words) => {
      const lines = ['the disk of vps-1001 is wiped'];
      api.json('GET /api/servers/vps-1001/rebuild-preview', 200, { mode: 'x', lines });
      const refused = await run(words, { answers: ['yes'] });
      expect(refused).toMatchObject({ code: 2 });
      expect(refused.err).toContain('the disk of vps-1001 is wiped');
      expect(refused.err).toContain('nothing was started');
      expect(sent('PATCH')).toHaveLength(0);
      expect(api.calls.at(-1)?.path).toContain(
        words.includes('--reset') ? 'mode=reset' : 'mode=reinstall',
      );
      expect((await run(words, { answers: ['vps-1001'] })).code).toBe(0);
      expect(sent('PATCH')).toHaveLength(1);
    },
  );

  it('writes tasks over each other on a terminal, and leaves whole lines behind', async () => {
    const { out } = await run('rebuild vps-1001 --follow', { live: true });
    expect(out).toContain('\r\u001b[K 40 %    Install key\r\u001b[K100 %');
    expect(out).toMatch(/\nvps-1001 is ready\.\n$/);
  });

  it('does not ask with --yes', async () => {
    expect(await run('rebuild vps-1001 --yes', { answers: [] })).toMatchObject({
      code: 0,
      asked: [],
    });
  });

  it('is told of the one that is under way, and follows that', async () => {
    api.json('PATCH /api/servers/vps-1001', 202, accepted('joined', 'Already under way: rebuild.'));
    const { code, err } = await run('rebuild vps-1001 --follow');
    expect(code).toBe(0);
    expect(err).toContain('Already under way');
  });

  it('ends with 1 and the reason when it fails', async () => {
    const error = {
      code: 'playbook_failed',
      message: 'apt is locked',
      hint: 'Wait.',
      step: 'install-software',
    };
    api.json(`GET /api/operations/${ID}`, 200, operation({ status: 'failed', error }));
    const { code, err } = await run('rebuild vps-1001 --follow');
    expect(code).toBe(1);
    expect(err).toContain('failed at install-software: apt is locked');
    expect(err).toContain('Wait.');
  });

  it.each(['cancelled', 'superseded', 'expired'])('ends with 1 when it was %s', async (status) => {
    api.json(`GET /api/operations/${ID}`, 200, operation({ status }));
    expect((await run(`operations follow ${ID}`)).code).toBe(1);
  });

  it.each([
    [404, 2],
    [409, 1],
  ])('a refusal with %i ends with %i and starts nothing to follow', async (status, expected) => {
    api.on('PATCH /api/servers/vps-1001', (_, response) =>
      problem(response, status, 'x', 'Not this one.'),
    );
    const { code, err } = await run('rebuild vps-1001 --follow');
    expect({ code, err }).toEqual({ code: expected, err: 'error: Not this one.\n' });
    expect(streams()).toHaveLength(0);
  });

  it('with --json gives one JSON value a line', async () => {
    const { out } = await run('rebuild vps-1001 --follow --json');
    const values = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(values.map(({ seq, status }) => seq ?? status)).toEqual([1, 2, 3, 'succeeded']);
  });
});
