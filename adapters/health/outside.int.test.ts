import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import http, { type RequestListener } from 'node:http';
import https from 'node:https';
import type { Server } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRecordingLogger } from '#test/fakes/logger.ts';
import { freePort } from '#test/support/ssh-lab.ts';
import { createOutsideProbe } from './outside.ts';

const exec = promisify(execFile);
const DAY = 86_400_000;
const HOST = '127.0.0.1';

describe('the view from outside', () => {
  let folder: string;
  let web: number;
  let secure: number;
  let silent: number;
  let closed: number;
  const servers: Server[] = [];
  let now = new Date();
  const probe = createOutsideProbe({ log: createRecordingLogger(), clock: { now: () => now } });
  const bounds = (deadlineMs = 5000) => ({ deadlineMs, signal: new AbortController().signal });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'zavhoz-outside-'));
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const argv = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];
    argv.push('-nodes', '-days', '30', '-subj', '/CN=good.example', '-keyout', key, '-out', cert);
    await exec('openssl', [...argv, '-addext', 'subjectAltName=DNS:good.example']);
    const answer: RequestListener = (request, response) => {
      const [, kind = '', count = ''] = request.url?.split('/') ?? [];
      if (kind === 'hang') return;
      if (kind === 'reset') return void request.socket.destroy();
      if (kind === 'hop') {
        const location = count === '0' ? '/status/200' : `/hop/${Number(count) - 1}`;
        return void response.writeHead(302, { location }).end();
      }
      if (kind === 'away') return void response.writeHead(302, { location: 'file:///etc' }).end();
      response.writeHead(Number(count || 200));
      // A body without an end: nobody has to read it.
      if (kind === 'endless') setInterval(() => response.write('x'.repeat(65_536)), 1).unref();
      else response.end('fine');
    };
    const listen = (server: Server) =>
      new Promise<number>((resolve) => {
        servers.push(server);
        server.listen(0, HOST, () => {
          const address = server.address();
          resolve(typeof address === 'object' && address ? address.port : 0);
        });
      });
    web = await listen(http.createServer(answer));
    const files = { key: await readFile(key), cert: await readFile(cert) };
    secure = await listen(https.createServer(files, answer));
    silent = await listen(createServer((socket) => socket.on('error', () => {})));
    closed = await freePort();
  });
  afterAll(async () => {
    for (const server of servers) server.close();
    await rm(folder, { recursive: true, force: true });
  });

  const get = (path: string, expectStatus: number | null = null, ms = 5000) =>
    probe.service(
      HOST,
      { kind: 'http', url: `http://${HOST}:${web}${path}`, expectStatus },
      bounds(ms),
    );

  it('HTTP: judges the status alone', async () => {
    expect(await get('/status/200')).toMatchObject({ state: 'ok', reason: 'answers 200' });
    expect(await get('/status/404')).toMatchObject({ state: 'failed', reason: 'answers 404' });
    expect(await get('/status/404', 404)).toMatchObject({ state: 'ok' });
    expect(await get('/status/200', 204)).toMatchObject({
      state: 'failed',
      reason: 'answers 200 instead of 204',
    });
    expect(await get('/endless')).toMatchObject({ state: 'ok' });
  });

  it('HTTP: follows three redirects, no more, and only to the web', async () => {
    expect(await get('/hop/2')).toMatchObject({ state: 'ok', reason: 'answers 200' });
    expect(await get('/hop/3')).toMatchObject({ reason: 'more than 3 redirects' });
    expect(await get('/hop/0', 302)).toMatchObject({ state: 'ok', reason: 'answers 302' });
    expect(await get('/away')).toMatchObject({ state: 'failed' });
  });

  it('HTTP: tells why there is no answer', async () => {
    expect(await get('/hang', null, 200)).toMatchObject({
      state: 'failed',
      reason: 'no answer in 200 ms',
    });
    expect(await get('/reset')).toMatchObject({ reason: 'closed the connection' });
    const url = `http://${HOST}:${closed}/`;
    const refused = probe.service(HOST, { kind: 'http', url, expectStatus: null }, bounds());
    expect(await refused).toMatchObject({ state: 'failed', reason: 'refuses connections' });
  });

  it('HTTPS: a certificate that nobody trusts is degraded', async () => {
    const url = `https://${HOST}:${secure}/`;
    const seen = await probe.service(HOST, { kind: 'http', url, expectStatus: null }, bounds());
    expect(seen).toMatchObject({ state: 'degraded' });
    expect(seen.reason).toContain('DEPTH_ZERO_SELF_SIGNED_CERT');
  });

  it('TCP: open, refused, silent', async () => {
    const at = (port: number) => probe.service(HOST, { kind: 'tcp', port }, bounds());
    expect(await at(silent)).toMatchObject({ state: 'ok', expiresAt: null });
    expect(await at(closed)).toMatchObject({ state: 'failed', reason: 'refuses connections' });
  });

  it('TLS: tells the end of a certificate before it comes', async () => {
    const check = { kind: 'tls', port: secure, warnDays: 14 } as const;
    const at = async (days: number) => {
      now = new Date(Date.now() + days * DAY);
      return probe.service(HOST, check, bounds()).finally(() => {
        now = new Date();
      });
    };
    const seen = await at(0);
    expect(seen.state).toBe('degraded');
    expect(seen.reason).toBe('is not trusted: DEPTH_ZERO_SELF_SIGNED_CERT');
    const left = ((seen.expiresAt?.getTime() ?? 0) - Date.now()) / DAY;
    expect(left).toBeGreaterThan(29);
    expect(left).toBeLessThan(31);
    expect((await at(20)).reason).toMatch(/^expires in (9|10) days$/);
    expect(await at(31)).toMatchObject({
      state: 'failed',
      reason: expect.stringMatching(/^expired on /),
    });
    expect(await at(-2)).toMatchObject({
      state: 'failed',
      reason: expect.stringMatching(/^valid from /),
    });
  });

  it('TLS: says when there is none', async () => {
    const at = (port: number, ms = 5000) =>
      probe.service(HOST, { kind: 'tls', port, warnDays: 14 }, bounds(ms));
    expect(await at(web)).toMatchObject({ state: 'failed', expiresAt: null });
    expect(await at(closed)).toMatchObject({ reason: 'refuses connections' });
    expect(await at(silent, 200)).toMatchObject({ reason: 'no answer in 200 ms' });
  });

  it('a refusal is a sign of life', async () => {
    expect(await probe.ping(HOST, bounds())).toBe(true);
  });

  it('ends at an abort, and leaves nothing behind', async () => {
    const controller = new AbortController();
    const check = { kind: 'http', url: `http://${HOST}:${web}/hang`, expectStatus: null } as const;
    const options = { deadlineMs: 60_000, signal: controller.signal };
    const waiting = probe.service(HOST, check, options);
    setTimeout(() => controller.abort(), 50);
    await expect(waiting).rejects.toMatchObject({ code: 'cancelled' });
    await expect(probe.ping(HOST, options)).rejects.toMatchObject({ code: 'cancelled' });
  });
});
