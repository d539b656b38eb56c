import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { problem, sse, startFakeApi } from '#test/support/fake-api.ts';
import { runCli } from '#test/support/run-cli.ts';

const ID = '7d0f9c1e-0000-4000-8000-000000000001';
const EVENTS = `/api/operations/${ID}/events`;
const operation = (fields: object = {}) => ({
  ...{ id: ID, kind: 'rebuild', server_handle: 'vps-1001', status: 'succeeded', error: null },
  ...fields,
});
const STEP = { type: 'step', step: 'claim-attempt', state: 'started', text: 'Claim', percent: 1 };
const TASK = { type: 'task', step: 'open-access', state: 'ok', text: 'Install key', percent: 40 };
const DONE = { type: 'status', status: 'succeeded', text: 'ready', percent: 100 };
const END = `event: end\ndata: ${JSON.stringify(operation())}\n\n`;

describe('following an operation', () => {
  let api: Awaited<ReturnType<typeof startFakeApi>>;
  beforeEach(async () => {
    api = await startFakeApi();
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

  it('takes a broken stream up again after the last event, showing nothing twice', async () => {
    api.json(`GET /api/operations/${ID}`, 200, operation({ status: 'running' }));
    api.on(`GET ${EVENTS}`, ({ headers }, response) => {
      const after = headers['last-event-id'];
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      if (after === undefined) {
        // Cut in the middle of an event.
        response.write(sse(1, STEP) + sse(2, TASK).slice(0, 30), () => response.destroy());
      } else if (after === '1') {
        response.end(sse(1, STEP) + sse(2, TASK));
      } else {
        api.json(`GET /api/operations/${ID}`, 200, operation());
        response.end(sse(3, DONE) + END);
      }
    });
    const { code, out } = await run(`operations follow ${ID}`);
    expect(code).toBe(0);
    expect(streams().map(({ headers }) => headers['last-event-id'])).toEqual([undefined, '1', '2']);
    expect(out.match(/claim-attempt/g)).toHaveLength(1);
    expect(out.match(/Install key/g)).toHaveLength(1);
  });

  it('waits for an API that restarts, and gives up when it stays away', async () => {
    let away = 3;
    api.on(`GET ${EVENTS}`, (_, response) => {
      away -= 1;
      if (away > 0) return problem(response, 503, 'unavailable', 'later');
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end(sse(3, DONE) + END);
    });
    expect((await run(`operations follow ${ID}`)).code).toBe(0);
    expect(streams()).toHaveLength(3);
    await api.stop();
    const { code, err, waits } = await run(`operations follow ${ID}`);
    expect(code).toBe(1);
    expect(err).toContain(`zavhoz operations follow ${ID}`);
    expect(waits.reduce((a, b) => a + b)).toBeGreaterThan(60_000);
    api = await startFakeApi();
  });

  it('does not wait for what waiting does not mend', async () => {
    api.on(`GET ${EVENTS}`, (_, response) => problem(response, 401, 'unauthorized', 'No.'));
    expect(await run(`operations follow ${ID}`)).toMatchObject({ code: 2, waits: [] });
  });

  it('leaves the operation alone on Ctrl-C and says how to come back', async () => {
    const stopping = new AbortController();
    api.on(`GET ${EVENTS}`, (_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(sse(1, STEP));
    });
    const onOut = () => stopping.abort(new Error('Ctrl-C'));
    const { code, err } = await run(`operations follow ${ID}`, { signal: stopping.signal, onOut });
    expect(code).toBe(130);
    expect(err).toContain(`zavhoz operations follow ${ID}`);
    expect(sent('POST')).toHaveLength(0);
  });

  it('tells of a question that the operation waits on', async () => {
    api.on(`GET ${EVENTS}`, (_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const input = sse(1, { type: 'input', text: 'Enter the root password' });
      response.end(input + sse(2, DONE) + END);
    });
    const { out } = await run(`operations follow ${ID}`);
    expect(out).toContain('Enter the root password (zavhoz inputs list)');
  });
});
