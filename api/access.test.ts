import fastify from 'fastify';
import { describe, expect, it } from 'vitest';
import type { Scope } from '#domain/user.ts';
import { apiStage } from '#test/builders/api-stage.ts';
import { apiTokens } from '#test/fakes/api-access.ts';
import { hastyClock } from '#test/fakes/swift-clock.ts';
import { guard } from './access.ts';

type Method = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
const ID = '6f2c1b0e-6f0e-4a8e-9d5e-111111111111';

/** Every route and what it asks: a new route that is not on this list fails the build. */
const ROUTES: readonly (readonly [Method, string, Scope | 'public'])[] = [
  ['GET', '/healthz', 'public'],
  ['GET', '/readyz', 'public'],
  ['GET', '/runbooks/{page}', 'public'],
  ['GET', '/secret/{token}', 'public'],
  ['POST', '/secret/{token}', 'public'],
  ['GET', '/metrics', 'read'],
  ['GET', '/api/doctor', 'read'],
  ['POST', '/api/users', 'admin'],
  ['GET', '/api/users', 'read'],
  ['GET', '/api/users/{telegram_id}', 'read'],
  ['PATCH', '/api/users/{telegram_id}', 'admin'],
  ['DELETE', '/api/users/{telegram_id}', 'admin'],
  ['POST', '/api/users/pairing-code', 'admin'],
  ['GET', '/api/servers', 'read'],
  ['POST', '/api/servers', 'operate'],
  ['GET', '/api/servers/{handle}', 'read'],
  ['PATCH', '/api/servers/{handle}', 'operate'],
  ['POST', '/api/servers/{handle}/force-rebuild', 'operate'],
  ['POST', '/api/servers/{handle}/provision', 'operate'],
  ['POST', '/api/servers/{handle}/reboot', 'operate'],
  ['POST', '/api/servers/{handle}/recover', 'operate'],
  ['GET', '/api/servers/{handle}/rebuild-preview', 'read'],
  ['GET', '/api/servers/{handle}/incidents', 'read'],
  ['GET', '/api/servers/{handle}/operations', 'read'],
  ['GET', '/api/servers/{handle}/health', 'read'],
  ['GET', '/api/servers/{handle}/health/history', 'read'],
  ['GET', '/api/servers/{handle}/services', 'read'],
  ['PUT', '/api/servers/{handle}/services', 'operate'],
  ['GET', '/api/groups', 'read'],
  ['POST', '/api/groups', 'operate'],
  ['GET', '/api/groups/{name}', 'read'],
  ['PATCH', '/api/groups/{name}', 'operate'],
  ['GET', '/api/maintenance', 'read'],
  ['POST', '/api/maintenance', 'operate'],
  ['DELETE', '/api/maintenance/{id}', 'operate'],
  ['GET', '/api/approvals', 'read'],
  ['GET', '/api/approvals/{id}', 'read'],
  ['GET', '/api/audit', 'admin'],
  ['POST', '/api/approvals/{id}/decision', 'operate'],
  ['GET', '/api/fleet', 'read'],
  ['POST', '/api/fleet/freeze', 'operate'],
  ['POST', '/api/fleet/rearm', 'operate'],
  ['GET', '/api/reports/observe', 'read'],
  ['POST', '/api/incidents', 'operate'],
  ['GET', '/api/incidents', 'read'],
  ['GET', '/api/incidents/active', 'read'],
  ['GET', '/api/incidents/{id}', 'read'],
  ['GET', '/api/incidents/{id}/events', 'read'],
  ['PATCH', '/api/incidents/{id}', 'operate'],
  ['GET', '/api/operations', 'read'],
  ['GET', '/api/operations/{id}', 'read'],
  ['POST', '/api/operations/{id}/cancel', 'operate'],
  ['GET', '/api/operations/{id}/events', 'read'],
  ['GET', '/api/input-requests', 'read'],
  ['GET', '/api/input-requests/{id}', 'read'],
  ['POST', '/api/input-requests/{id}/answer', 'operate'],
  ['POST', '/api/input-requests/{id}/decline', 'operate'],
  ['GET', '/api/tokens', 'admin'],
  ['POST', '/api/tokens', 'admin'],
  ['DELETE', '/api/tokens/{id}', 'admin'],
];

const concrete = (path: string) =>
  path
    .replace('{telegram_id}', '1')
    .replace('{name}', 'default')
    .replace('{page}', 'disk_full')
    .replace('{handle}', 'vps-1001')
    .replace('{id}', ID);

describe('access', () => {
  it('knows every route and its scope, and documents it', async () => {
    const { app } = await apiStage();
    const document = app.swagger() as unknown as { paths: Record<string, Record<string, object>> };
    const documented = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(
        ([method, op]) =>
          `${method.toUpperCase()} ${path} ${(op as { 'x-scope'?: string })['x-scope']}`,
      ),
    );
    expect(documented.sort()).toEqual(ROUTES.map((route) => route.join(' ')).sort());
  });

  it.each(ROUTES)('%s %s needs %s', async (method, path, scope) => {
    const { call } = await apiStage();
    const url = concrete(path);
    const anonymous = await call(method, url, { as: null });
    if (scope === 'public') {
      expect(anonymous.status).not.toBe(401);
      return;
    }
    expect(anonymous.status).toBe(401);
    expect(anonymous.headers['content-type']).toBe('application/problem+json');
    expect(anonymous.headers['www-authenticate']).toContain('Bearer');
    expect(anonymous.body.hint).toContain('Authorization: Bearer');
    const lower = scope === 'admin' ? 'operate' : scope === 'operate' ? 'read' : null;
    if (lower) {
      const refused = await call(method, url, { as: lower });
      expect(refused.status).toBe(403);
      expect(refused.body).toMatchObject({
        code: 'forbidden',
        details: { have: lower, need: scope },
      });
    }
    // Without a word about the disk it is a reinstallation, which takes more (server-orders.test.ts).
    const body = url.endsWith('/force-rebuild') ? { mode: 'reset' } : undefined;
    expect([401, 403]).not.toContain((await call(method, url, { as: scope, body })).status);
  });

  it('does not build a route that declares no scope', async () => {
    const app = fastify();
    guard(app, { tokens: apiTokens(), clock: hastyClock() });
    expect(() => app.get('/open', async () => 'all')).toThrow('declares no scope');
  });

  it('refuses a revoked token and one that is no token at all', async () => {
    const { call, app, tokens } = await apiStage();
    const [read] = await tokens.list();
    await tokens.revoke(read?.id ?? '');
    expect((await call('GET', '/api/servers', { as: 'read' })).status).toBe(401);
    for (const authorization of ['Bearer', 'Bearer a b', 'Basic YWRtaW46YWRtaW4=', 'admin-token']) {
      const answer = await app.inject({ url: '/api/servers', headers: { authorization } });
      expect(answer.statusCode).toBe(401);
    }
  });

  it('answers 429 to many bad tokens, and lets a good one in all the same', async () => {
    const { call } = await apiStage();
    const bad = { as: null, headers: { authorization: 'Bearer wrong-token-wrong' } };
    for (let i = 0; i < 30; i += 1) {
      expect((await call('GET', '/api/servers', bad)).status).toBe(401);
    }
    const limited = await call('GET', '/api/servers', bad);
    expect(limited.status).toBe(429);
    expect(Number(limited.headers['retry-after'])).toBeGreaterThan(0);
    expect((await call('GET', '/api/servers')).status).toBe(200);
  });

  it('says 503 and when to come back while the database is gone, and names no host', async () => {
    const { call, tokens } = await apiStage();
    tokens.gone = true;
    const answer = await call('PATCH', '/api/servers/vps-1001', {
      body: { status: 'force_rebuild' },
    });
    expect(answer.status).toBe(503);
    expect(answer.body.code).toBe('storage_unavailable');
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    expect(answer.text).not.toContain('10.1.2.3');
    expect((await call('GET', '/healthz', { as: null })).status).toBe(200);
  });
});
