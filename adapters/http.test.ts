import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { OpsError } from '#domain/errors.ts';
import { Secret } from '#domain/secret.ts';
import { createRecordingLogger } from '#test/fakes/logger.ts';
import { createHttpFactory } from './http.ts';

type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void;

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function serve(handler: Handler): Promise<string> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    handler(request, response, Buffer.concat(chunks).toString());
  });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/api/`;
}

const log = createRecordingLogger();
const client = createHttpFactory({ log });
const call = (timeoutMs = 5000, signal = new AbortController().signal) => ({ timeoutMs, signal });

describe('http', () => {
  it('answers any status, JSON parsed, text as it is, headers in small letters', async () => {
    const baseUrl = await serve((request, response, body) => {
      response.setHeader('X-Wait', '7');
      response.statusCode = request.url === '/api/text' ? 503 : 201;
      const seen = {
        method: request.method,
        url: request.url,
        type: request.headers['content-type'],
      };
      response.end(request.url === '/api/text' ? '<html>' : JSON.stringify({ ...seen, body }));
    });
    const http = client({ baseUrl });
    const answer = await http({ method: 'POST', path: '/x?a=1', body: { n: 1 }, ...call() });
    expect(answer).toMatchObject({
      status: 201,
      headers: { 'x-wait': '7' },
      body: { method: 'POST', url: '/api/x?a=1', type: 'application/json', body: '{"n":1}' },
    });
    const text = await http({ method: 'GET', path: '/text', ...call() });
    expect(text).toMatchObject({ status: 503, body: '<html>' });
  });

  it('sends credentials, follows no redirect, and shows no secret anywhere', async () => {
    const seen: (string | undefined)[] = [];
    const baseUrl = await serve((request, response) => {
      seen.push(request.headers.authorization);
      response.writeHead(302, { location: 'http://127.0.0.1:1/elsewhere' }).end();
    });
    const password = new Secret('p4ss:wörd');
    const basic = client({ baseUrl, basicAuth: { user: 'me@x', password } });
    expect((await basic({ method: 'GET', path: '/', ...call() })).status).toBe(302);
    await client({ baseUrl, bearer: new Secret('t0ken') })({ method: 'GET', path: '/', ...call() });
    expect(seen).toEqual([
      `Basic ${Buffer.from('me@x:p4ss:wörd').toString('base64')}`,
      'Bearer t0ken',
    ]);
    const dead = client({ baseUrl: 'http://127.0.0.1:1', basicAuth: { user: 'me', password } });
    const error = await dead({ method: 'GET', path: '/?key=s3cret', ...call() }).catch((e) => e);
    const shown = [String(error), JSON.stringify(error), JSON.stringify(log.lines)].join();
    expect(error.cause).toBeUndefined();
    for (const secret of ['p4ss', 't0ken', 's3cret', 'Basic ']) expect(shown).not.toContain(secret);
  });

  it('knows that nothing was sent where no connection came about', async () => {
    for (const baseUrl of ['http://127.0.0.1:1', 'http://no-such-host.invalid']) {
      for (const method of ['GET', 'POST'] as const) {
        const lost = client({ baseUrl })({ method, path: '/', ...call() });
        await expect(lost).rejects.toMatchObject({ code: 'unavailable', retry: 'soon' });
      }
    }
  });

  it('does not know the outcome once a change may have left', async () => {
    let received = 0;
    const baseUrl = await serve((request) => {
      received++;
      if (request.url === '/api/reset') request.socket.destroy();
    });
    const http = client({ baseUrl });
    const reset = http({ method: 'POST', path: '/reset', body: {}, ...call() });
    await expect(reset).rejects.toMatchObject({ code: 'unknown_outcome', retry: 'look' });
    const slow = http({ method: 'DELETE', path: '/slow', ...call(200) });
    await expect(slow).rejects.toMatchObject({ code: 'unknown_outcome' });
    expect(received).toBe(2);
  });

  it('tells a lost, a late and a stopped read apart', async () => {
    const baseUrl = await serve((request) => {
      if (request.url === '/api/reset') request.socket.destroy();
    });
    const http = client({ baseUrl });
    const get = (path: string, options = call()) => http({ method: 'GET', path, ...options });
    await expect(get('/reset')).rejects.toMatchObject({ code: 'unavailable' });
    await expect(get('/slow', call(100))).rejects.toMatchObject({ code: 'timeout' });
    const controller = new AbortController();
    const stopped = get('/slow', call(5000, controller.signal));
    controller.abort(new OpsError('superseded', 'a newer one'));
    await expect(stopped).rejects.toMatchObject({ code: 'superseded' });
    await expect(get('/', call(100, controller.signal))).rejects.toMatchObject({
      code: 'superseded',
    });
  });

  it('refuses an answer without end', async () => {
    const baseUrl = await serve((_, response) => {
      const chunk = Buffer.alloc(1024 * 1024, 'x');
      const push = () => {
        while (!response.destroyed && response.write(chunk));
        response.once('drain', push);
      };
      push();
    });
    const endless = client({ baseUrl })({ method: 'GET', path: '/', ...call(20_000) });
    await expect(endless).rejects.toMatchObject({ code: 'upstream' });
  });
});
