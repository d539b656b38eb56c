import { describe, expect, it } from 'vitest';
import { apiStage } from '#test/builders/api-stage.ts';

describe('tokens', () => {
  it('creates one that works, shows it once, and revokes it', async () => {
    const { call, app, audit } = await apiStage();
    const made = await call('POST', '/api/tokens', { body: { name: 'ci', scope: 'read' } });
    expect(made.status).toBe(201);
    const headers = { authorization: `Bearer ${made.body.token}` };
    expect((await app.inject({ url: '/api/servers', headers })).statusCode).toBe(200);
    const list = await call('GET', '/api/tokens');
    expect(list.text).not.toContain(String(made.body.token));
    const twin = await call('POST', '/api/tokens', { body: { name: 'ci', scope: 'admin' } });
    expect(twin.status).toBe(409);
    expect((await call('DELETE', `/api/tokens/${made.body.id}`)).status).toBe(204);
    expect((await app.inject({ url: '/api/servers', headers })).statusCode).toBe(401);
    expect((await call('DELETE', `/api/tokens/${made.body.id}`)).status).toBe(404);
    expect(audit.events.map(({ action }) => action)).toEqual(['token.create', 'token.revoke']);
  });

  it('keeps the last admin token', async () => {
    const { call, tokens } = await apiStage();
    const admin = (await tokens.list()).find(({ scope }) => scope === 'admin');
    const answer = await call('DELETE', `/api/tokens/${admin?.id}`);
    expect(answer.status).toBe(409);
    expect((await call('GET', '/api/tokens')).status).toBe(200);
  });
});

describe('system', () => {
  it('answers probes without a token, and tells them no details', async () => {
    const { call, app } = await apiStage();
    expect((await call('GET', '/healthz', { as: null })).body).toEqual({
      ok: true,
      automation: 'on',
    });
    expect((await app.inject({ method: 'HEAD', url: '/healthz' })).statusCode).toBe(200);
    const ready = await call('GET', '/readyz', { as: null });
    expect([ready.status, ready.body]).toEqual([
      503,
      { ok: false, automation: 'on', checks: { database: false } },
    ]);
    const broken = await apiStage(undefined, {
      health: { live: () => false, ready: () => Promise.reject(new Error('gone')) },
    });
    expect((await broken.call('GET', '/healthz', { as: null })).status).toBe(503);
    expect((await broken.call('GET', '/readyz', { as: null })).status).toBe(503);
  });

  it('shows probes what stops automatic action, and stays well', async () => {
    const ok = { live: () => true, ready: async () => ({ ok: true, checks: {} }) };
    const { call, fleet } = await apiStage(undefined, { health: ok });
    const probe = async () => {
      const [live, ready] = await Promise.all([
        call('GET', '/healthz', { as: null }),
        call('GET', '/readyz', { as: null }),
      ]);
      return [live.status, live.body.automation, ready.status, ready.body.automation];
    };
    fleet.state = { ...fleet.state, breakerOpenAt: new Date(), breakerReason: '40 of 50' };
    expect(await probe()).toEqual([200, 'breaker', 200, 'breaker']);
    fleet.state = { ...fleet.state, frozenAt: new Date() };
    expect(await probe()).toEqual([200, 'frozen', 200, 'frozen']);
    fleet.gone = true;
    expect(await probe()).toEqual([200, 'unknown', 200, 'unknown']);
  });

  it('does not keep a probe waiting for a database that hangs', async () => {
    const { agent, call } = await apiStage();
    agent.fleet = () => new Promise(() => undefined);
    expect((await call('GET', '/healthz', { as: null })).body).toEqual({
      ok: true,
      automation: 'unknown',
    });
  });

  it('hands out runbooks without a token, and nothing else by that way', async () => {
    const { call } = await apiStage();
    const page = await call('GET', '/runbooks/disk_full', { as: null });
    expect([page.status, page.text]).toEqual([200, '# disk_full\n']);
    expect(page.headers['content-type']).toContain('text/markdown');
    expect((await call('GET', '/runbooks/disk_full.md', { as: null })).text).toBe(page.text);
    for (const name of ['other', '..%2F..%2Fpackage', 'a.b']) {
      expect((await call('GET', `/runbooks/${name}`, { as: null })).status).toBe(404);
    }
  });

  it('renders metrics and the doctor for a token', async () => {
    const { call } = await apiStage();
    const metrics = await call('GET', '/metrics', { as: 'read' });
    expect([metrics.text, metrics.headers['content-type']]).toEqual([
      'up 1\n',
      'text/plain; version=0.0.4',
    ]);
    const doctor = await call('GET', '/api/doctor', { as: 'read' });
    expect(doctor.body).toMatchObject({ ok: true, checks: [{ name: 'clock', status: 'ok' }] });
  });
});
