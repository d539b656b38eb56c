import { randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Secret } from '#domain/secret.ts';
import { aServer } from '#test/builders/a-server.ts';
import { type ApiOverRows, apiOverRows } from '#test/builders/api-over-rows.ts';
import type { TestRepositories } from '#test/builders/repositories.ts';

let rows: ApiOverRows;
let stage: TestRepositories;
let app: FastifyInstance;
let token: Secret;
let call: ApiOverRows['call'];
beforeAll(async () => {
  rows = await apiOverRows();
  ({ stage, app, token, call } = rows);
});
afterAll(() => rows.close());

describe('the API over real rows', () => {
  it('makes one operation of ten force_rebuilds at once', async () => {
    const { handle } = await aServer(stage.repositories);
    const url = `/api/servers/${handle}`;
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => call('PATCH', url, { status: 'force_rebuild' })),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(202));
    expect(new Set(answers.map(({ body }) => body.operation.id)).size).toBe(1);
    expect(answers.filter(({ body }) => body.outcome === 'created')).toHaveLength(1);
    const { id } = answers[0]?.body.operation ?? {};
    expect((await call('GET', `/api/operations/${id}`)).body).toMatchObject({
      status: 'queued',
      steps: [],
    });
    expect((await call('GET', url)).body.status).toBe('force_rebuild');
    expect((await call('GET', `${url}/operations`)).body.total).toBe(1);
    const cancelled = await call('POST', `/api/operations/${id}/cancel`);
    expect(cancelled.status).toBe(202);
  });

  it('replays an answer byte for byte, also in another process', async () => {
    const { handle } = await aServer(stage.repositories);
    const send = (on?: FastifyInstance) =>
      call('PATCH', `/api/servers/${handle}`, { status: 'force_rebuild' }, key, on);
    const key = randomUUID();
    const first = await send();
    const other = await rows.build();
    const second = await send(other);
    await other.close();
    expect(second.status).toBe(202);
    expect(second.headers['idempotency-replayed']).toBe('true');
    expect(second.body).toEqual(first.body);
  });

  it('serves every kind of row: users, servers by hand, incidents, tokens', async () => {
    const user = { telegram_id: 4_503_599_627_370_495, username: 'ann', is_admin: true };
    expect((await call('POST', '/users', user)).status).toBe(201);
    expect((await call('GET', `/users/${user.telegram_id}/`)).body).toMatchObject(user);
    const server = {
      handle: 'by-hand',
      connection: { ipv4: '192.0.2.9' },
      labels: { env: 'test' },
    };
    expect((await call('POST', '/api/servers', server)).status).toBe(201);
    expect((await call('POST', '/api/servers', server)).status).toBe(409);
    const patch = { care: 'managed', connection: { port: 2222, ipv6: '2001:db8::9' } };
    expect((await call('PATCH', '/api/servers/by-hand', patch)).body.server).toMatchObject({
      care: 'managed',
      connection: { port: 2222, ipv4: '192.0.2.9', ipv6: '2001:db8::9' },
    });
    const query = '?label=env=test&status=discovered&care=managed&provider=manual&search=192.0';
    expect((await call('GET', `/api/servers${query}`)).body.total).toBe(1);
    const over = { connection: { jump_host: 'by-hand' } };
    expect((await call('PATCH', '/api/servers/by-hand', over)).status).toBe(422);
    const report = { server_handle: 'by-hand', incident_type: 'disk_full' };
    const incident = await call('POST', '/api/incidents', report);
    expect(incident.status).toBe(201);
    expect((await call('POST', '/api/incidents', report)).status).toBe(200);
    expect((await call('GET', '/api/incidents/active?limit=1')).body.total).toBe(1);
    const close = { status: 'resolved', reason: 'cleaned up' };
    expect((await call('PATCH', `/api/incidents/${incident.body.id}`, close)).body).toMatchObject({
      status: 'resolved',
      close_reason: 'cleaned up',
      closed_by: 'api:test',
    });
    expect((await call('GET', '/api/servers/by-hand')).body.last_incident).not.toBeNull();
    const made = await call('POST', '/api/tokens', { name: 'ci', scope: 'read' });
    expect(made.status).toBe(201);
    expect((await call('DELETE', `/api/tokens/${made.body.id}`)).status).toBe(204);
    expect((await call('GET', '/api/input-requests')).body).toEqual({ items: [], total: 0 });
    expect(await stage.repositories.audit.verify()).toBeNull();
  });

  it('streams the rows of an operation that ended before any worker came', async () => {
    const { handle } = await aServer(stage.repositories);
    const { body } = await call('PATCH', `/api/servers/${handle}`, { status: 'force_rebuild' });
    await stage.repositories.operations.finishUntaken(body.operation.id, 'cancelled', null);
    const url = await app.listen({ host: '127.0.0.1', port: 0 });
    const response = await fetch(`${url}/api/operations/${body.operation.id}/events`, {
      headers: { authorization: `Bearer ${token.reveal()}` },
    });
    const text = await response.text();
    const types = [...text.matchAll(/^event: (.*)$/gm)].map(([, type]) => type);
    expect(types).toEqual(['status', 'status', 'end']);
    expect(text).toContain('"status":"cancelled"');
  });
});
