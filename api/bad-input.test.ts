import { connect } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ERROR_CODES } from '#domain/errors.ts';
import { apiStage } from '#test/builders/api-stage.ts';
import { apiServer } from '#test/fakes/api-servers.ts';
import { STATUS_BY_CODE } from './error-handler.ts';

let stage: Awaited<ReturnType<typeof apiStage>>;
beforeAll(async () => {
  stage = await apiStage([
    apiServer('vps-1001'),
    apiServer('vps-1002', { care: 'none', status: 'discovered' }),
    apiServer('vps-1003', { status: 'reserved' }),
    apiServer('vps-1004', { handsOff: true }),
  ]);
});
afterAll(() => stage.app.close());

const json = { 'content-type': 'application/json' };
const server = '/api/servers/vps-1001';

describe('bad input', () => {
  it.each([
    ['{"status": "force_rebuild"', 'is not valid JSON'],
    ['{"status": nope}', 'is not valid JSON'],
    ['{"__proto__": {"status": "ready"}}', 'JSON'],
  ])('answers 400 to %s', async (body, detail) => {
    const answer = await stage.call('PATCH', server, { body, headers: json });
    expect(answer.status).toBe(400);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(answer.body).toMatchObject({ status: 400, title: 'Bad Request', code: 'invalid_input' });
    expect(answer.body.detail).toContain(detail);
  });

  it.each([
    [{ statuss: 'ready' }, 'Unknown field: statuss. Known: status, rebuild'],
    [{ status: 'rebooted' }, 'status: Legal values: discovered, pending_setup'],
    [{ status: 'ready', rebuild: 'reset' }, 'rebuild: Goes only with status force_rebuild'],
    [{ connection: { port: 70_000 } }, 'connection.port:'],
    [{ connection: { pport: 22 } }, 'Unknown field: pport. Known: ipv4, ipv6, family, port, user'],
    [{ connection: { user: 'root; reboot' } }, 'connection.user: A login name'],
    [{ connection: { jump_host: 'vps-9999' } }, 'there is no server vps-9999'],
    [{ labels: { 'BAD KEY': 'x' } }, 'labels'],
    [{ notes: 'a\u0000b' }, 'Control characters'],
    [{}, 'Nothing to change'],
    [[], 'body:'],
    [null, 'body:'],
    ['"text"', 'body:'],
  ])('answers 422 to PATCH %j', async (body, detail) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const answer = await stage.call('PATCH', server, { body: text, headers: json });
    expect(answer.status).toBe(422);
    expect(answer.body.code).toBe('invalid_input');
    expect(answer.body.detail).toContain(detail);
  });

  it('names the legal statuses where a transition is illegal', async () => {
    const answer = await stage.call('PATCH', server, { body: { status: 'provisioning' } });
    expect(answer.status).toBe(409);
    expect(answer.body.code).toBe('illegal_transition');
    const { legal } = answer.body.details as { legal: string[] };
    expect(legal).toContain('force_rebuild');
    expect(answer.body.hint).toContain('in_use');
    const known = await stage.call('GET', server);
    expect(known.body.legal_statuses).toEqual(legal);
  });

  it.each([
    ['vps-1002', 'not_managed', 'Set care'],
    ['vps-1003', 'not_managed', 'reserved'],
    ['vps-1004', 'hands_off', 'hands_off'],
  ])('answers 409 to a force_rebuild of %s', async (handle, code, hint) => {
    for (const answer of [
      await stage.call('PATCH', `/api/servers/${handle}`, { body: { status: 'force_rebuild' } }),
      await stage.call('POST', `/api/servers/${handle}/force-rebuild`),
    ]) {
      expect(answer.status).toBe(409);
      expect(answer.body.code).toBe(code);
      expect(answer.body.hint).toContain(hint);
    }
  });

  it.each([
    ['GET', '/api/servers/vps-9999'],
    ['GET', '/api/servers/VPS_1001'],
    ['GET', '/api/servers/vps-9999/operations'],
    ['GET', '/api/operations/42'],
    ['GET', '/api/operations/6f2c1b0e-6f0e-4a8e-9d5e-111111111111'],
    ['GET', '/api/operations/6f2c1b0e-6f0e-4a8e-9d5e-111111111111/events'],
    ['GET', '/api/incidents/nope'],
    ['GET', '/api/users/abc'],
    ['GET', '/api/users/77'],
    ['GET', '/api/nothing'],
    ['GET', '/'],
    ['PUT', server],
    ['DELETE', server],
  ] as const)('answers 404 as a problem to %s %s', async (method, url) => {
    const answer = await stage.call(method, url);
    expect(answer.status).toBe(404);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(answer.body.code).toBe('not_found');
  });

  it.each([
    '/api/servers?colour=red',
    '/api/servers?status=broken',
    '/api/servers?limit=0',
    '/api/servers?limit=1001',
    '/api/servers?limit=ten',
    '/api/servers?offset=-1',
    '/api/servers?label=env',
    '/api/servers?care=much&care=none',
    '/api/servers?search=%00',
    '/api/incidents?incident_type=fire',
    '/api/operations?kind=dance',
  ])('answers 422 to %s', async (url) => {
    const answer = await stage.call('GET', url);
    expect(answer.status).toBe(422);
    expect(answer.body.detail).not.toBe('');
  });

  it('answers 413, 415 and a bad URL as problems', async () => {
    const large = await stage.call('PATCH', server, { body: { notes: 'x'.repeat(70_000) } });
    expect([large.status, large.body.code]).toEqual([413, 'invalid_input']);
    const headers = { 'content-type': 'text/plain' };
    const typed = await stage.call('PATCH', server, { body: 'status=ready', headers });
    expect([typed.status, typed.body.title]).toEqual([415, 'Unsupported Media Type']);
    const url = await stage.call('GET', '/api/servers/%E0%A4%A');
    expect([url.status, url.headers['content-type']]).toEqual([400, 'application/problem+json']);
  });

  it('answers a problem to what is not HTTP', async () => {
    const other = await apiStage();
    await other.app.listen({ host: '127.0.0.1', port: 0 });
    const { port } = other.app.server.address() as { port: number };
    const text = await new Promise<string>((resolve, reject) => {
      let seen = '';
      const socket = connect(port, '127.0.0.1', () => socket.write('HELLO THERE\r\n\r\n'));
      socket.on('data', (chunk) => {
        seen += chunk;
      });
      socket.on('close', () => resolve(seen));
      socket.on('error', reject);
    });
    expect(text).toMatch(/^HTTP\/1\.1 400 Bad Request\r\ncontent-type: application\/problem\+json/);
    await other.app.close();
  });

  it('never fails on its own side, whatever is sent', async () => {
    const targets = [
      ['POST', '/api/users'],
      ['POST', '/api/servers'],
      ['PATCH', server],
      ['POST', '/api/incidents'],
      ['POST', '/api/tokens'],
    ] as const;
    const field = fc.constantFrom('handle', 'status', 'connection', 'telegram_id', 'scope', 'name');
    const body = fc.oneof(
      fc.json(),
      fc.dictionary(field, fc.jsonValue()).map((v) => JSON.stringify(v)),
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...targets), body, async ([method, url], text) => {
        const answer = await stage.call(method, url, { body: text, headers: json });
        expect(answer.status).toBeLessThan(500);
      }),
      { numRuns: 150 },
    );
  });

  it('translates every error code to a status, and hides what went wrong inside', async () => {
    for (const code of Object.keys(ERROR_CODES)) {
      expect(STATUS_BY_CODE[code as keyof typeof ERROR_CODES]).toBeGreaterThanOrEqual(400);
    }
    const broken = await apiStage();
    broken.servers.list = async () => {
      throw new Error('password=hunter2 at 10.1.2.3');
    };
    const answer = await broken.call('GET', '/api/servers');
    expect(answer.status).toBe(500);
    expect(answer.text).not.toContain('hunter2');
    expect(answer.body.request_id).toBe(answer.headers['x-request-id']);
    expect(broken.log.lines.find(({ level }) => level === 'error')?.fields.request).toBe(
      answer.body.request_id,
    );
  });
});
