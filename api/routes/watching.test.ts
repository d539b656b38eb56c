import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { apiStage } from '#test/builders/api-stage.ts';
import { aReport, aTargetHealth } from '#test/fakes/api-health.ts';

describe('groups', () => {
  it('are made, shown and changed, field by field', async () => {
    const { call } = await apiStage();
    const made = await call('POST', '/api/groups', {
      as: 'operate',
      body: { name: 'web', mode: 'auto', expectations: { docker: false }, open_ports: [8443] },
    });
    expect(made.status).toBe(201);
    expect(made.headers.location).toBe('/api/groups/web');
    expect(made.body).toMatchObject({
      ...{ name: 'web', mode: 'auto', highest_rung: 'reboot', open_ports: [8443] },
      expectations: { docker: false, firewall: true, disk_percent: [85, 95] },
    });
    const changed = await call('PATCH', '/api/groups/web', {
      body: { highest_rung: 'provision', expectations: { disk_percent: [70, 90] } },
    });
    expect(changed.body).toMatchObject({
      ...{ mode: 'auto', highest_rung: 'provision' },
      expectations: { docker: false, disk_percent: [70, 90] },
    });
    expect((await call('GET', '/api/groups', { as: 'read' })).body.total).toBe(2);
    const again = await call('POST', '/api/groups', { body: { name: 'web' } });
    expect(again.status).toBe(409);
  });

  it.each([
    [{ mode: 'sometimes' }, 'Legal values: observe, ask, auto'],
    [{ highest_rung: 'explode' }, 'recheck, restart, reboot, reset_access, provision, reinstall'],
    [{ weight: 1001 }, 'weight'],
    [{ expectations: { disk_percent: [95, 85] } }, 'degraded must not lie above failed'],
    [{ expectations: { fans: true } }, 'Known: docker, firewall, disk_percent'],
    [{ open_ports: [80, 80] }, 'Each port once'],
    [{ open_ports: [0] }, 'open_ports'],
    [{ colour: 'red' }, 'Unknown field: colour'],
    [{}, 'Nothing to change'],
  ])('refuse %j and say what would be right', async (body, detail) => {
    const { call } = await apiStage();
    const answer = await call('PATCH', '/api/groups/default', { body });
    expect([answer.status, answer.body.detail]).toEqual([422, expect.stringContaining(detail)]);
  });

  it('that nobody made are not there', async () => {
    const { call } = await apiStage();
    expect((await call('PATCH', '/api/groups/db', { body: { mode: 'ask' } })).status).toBe(404);
    expect((await call('GET', '/api/groups/No')).status).toBe(404);
  });
});

describe('maintenance windows', () => {
  it('are opened for a while and ended early, once', async () => {
    const { call } = await apiStage();
    const made = await call('POST', '/api/maintenance', {
      as: 'operate',
      body: { target: 'vps-1001', duration_seconds: 7200, reason: 'new disk' },
    });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({
      ...{ scope: 'server', target: 'vps-1001', active: true, created_by: 'api:operate' },
      ended_at: null,
    });
    const span = Date.parse(String(made.body.until)) - Date.parse(String(made.body.from));
    expect(span).toBe(7_200_000);
    expect((await call('GET', '/api/maintenance?active=true')).body.total).toBe(1);
    const url = `/api/maintenance/${made.body.id}`;
    const ended = await call('DELETE', url);
    expect(ended.body).toMatchObject({ active: false, ended_by: 'api:admin' });
    expect((await call('DELETE', url, { as: 'operate' })).body).toEqual(ended.body);
    expect((await call('GET', '/api/maintenance?active=true')).body.total).toBe(0);
    expect((await call('DELETE', `/api/maintenance/${randomUUID()}`)).status).toBe(404);
  });

  it.each([
    ['group', 'default'],
    ['label', 'env=prod'],
    ['label', 'env'],
  ])('hold for a %s such as %s, from a time on', async (scope, target) => {
    const { call } = await apiStage();
    const from = new Date(Date.now() + 3_600_000).toISOString();
    const until = new Date(Date.now() + 7_200_000).toISOString();
    const body = { scope, target, from, until, reason: 'x' };
    const made = await call('POST', '/api/maintenance', { body });
    expect(made.body).toMatchObject({ scope, target, from, until, active: false });
  });

  const hour = { duration_seconds: 3600, reason: 'x' };
  it.each([
    [{ target: 'vps-9', ...hour }, 404, 'vps-9'],
    [{ scope: 'group', target: 'nope', ...hour }, 404, 'nope'],
    [{ scope: 'label', target: '=x', ...hour }, 422, 'not a label'],
    [{ target: 'vps-1001', reason: 'x' }, 422, 'either until or duration_seconds'],
    [{ target: 'vps-1001', duration_seconds: 3600 }, 422, 'reason'],
    [{ target: 'vps-1001', until: '2020-01-01T00:00:00Z', reason: 'x' }, 422, 'before it begins'],
    [
      { target: 'vps-1001', from: '2020-01-01T00:00:00Z', ...hour },
      ...([422, 'that time is past'] as const),
    ],
    [{ target: 'vps-1001', ...hour, duration_seconds: 10_000_000 }, 422, 'at most 90 days'],
  ])('refuse %j', async (body, status, detail) => {
    const { call } = await apiStage();
    const answer = await call('POST', '/api/maintenance', { body });
    expect([answer.status, answer.body.detail]).toEqual([status, expect.stringContaining(detail)]);
  });
});

describe('the health of a server', () => {
  it('is its last report with uptimes, or unknown', async () => {
    const { call, serverHealth } = await apiStage();
    const disk = { state: 'degraded' as const, reason: '/ is 91 % full' };
    serverHealth.current = aTargetHealth({ state: 'degraded', report: aReport({ disk }) });
    const url = '/api/servers/vps-1001/health';
    expect((await call('GET', url, { as: 'read' })).body).toMatchObject({
      ...{ server_handle: 'vps-1001', state: 'degraded', latency_ms: 12 },
      report: { disk, ssh: { state: 'ok' } },
      uptime_percent: { '24h': 99.5, '7d': 99.5, '30d': null },
    });
    serverHealth.current = null;
    expect((await call('GET', url)).body).toMatchObject({ state: 'unknown', report: null });
    expect((await call('GET', '/api/servers/vps-9/health')).status).toBe(404);
  });

  it('has a history over a bounded span', async () => {
    const { call, serverHealth } = await apiStage();
    const from = new Date('2026-01-01T00:00:00Z');
    serverHealth.buckets = [
      { from, checks: 60, good: 58, bad: 1, unknown: 1, latencyMs: { avg: 10.5, max: 40 } },
    ];
    const url = '/api/servers/vps-1001/health/history';
    const asked = `${url}?from=2026-01-01T00:00:00Z&until=2026-01-02T00:00:00Z`;
    expect((await call('GET', asked)).body).toMatchObject({
      by: 'hour',
      items: [{ from: from.toISOString(), good: 58, latency_ms: { avg: 10.5, max: 40 } }],
    });
    expect(serverHealth.asked[0]).toMatchObject({ from, by: 'hour' });
    await call('GET', `${url}?by=check`);
    const usual = serverHealth.asked[1];
    expect(usual && usual.until.getTime() - usual.from.getTime()).toBe(86_400_000);
    const long = await call('GET', `${url}?by=check&from=2026-01-01T00:00:00Z`);
    expect([long.status, long.body.detail]).toEqual([422, expect.stringContaining('2 days')]);
    const back = '?from=2026-01-02T00:00:00Z&until=2026-01-01T00:00:00Z';
    expect((await call('GET', url + back)).status).toBe(422);
  });
});

describe('checks of services', () => {
  it('are replaced as a whole, with usual values where none are given', async () => {
    const { call } = await apiStage();
    const url = '/api/servers/vps-1001/services';
    const web = { name: 'web', checks: [{ kind: 'http', url: 'https://example.org/up' }] };
    const tls = { name: 'tls', checks: [{ kind: 'tls' }, { kind: 'tcp', port: 5432 }] };
    const put = await call('PUT', url, { as: 'operate', body: { services: [web, tls] } });
    expect(put.status).toBe(200);
    const { body } = await call('GET', url, { as: 'read' });
    expect(body).toEqual(put.body);
    expect(body.services).toMatchObject([
      { checks: [{ kind: 'http', expect_status: null }] },
      { checks: [{ kind: 'tls', port: 443, warn_days: 14, server_name: null }, { port: 5432 }] },
    ]);
    await call('PUT', url, { body: { services: [] } });
    expect((await call('GET', url)).body.services).toEqual([]);
  });

  it.each([
    [{ kind: 'http', url: 'ftp://example.org' }],
    [{ kind: 'http', url: 'http://user:pw@example.org' }],
    [{ kind: 'tcp', port: 70_000 }],
    [{ kind: 'ping' }],
  ])('refuse %j', async (check) => {
    const { call } = await apiStage();
    const body = { services: [{ name: 'web', checks: [check] }] };
    expect((await call('PUT', '/api/servers/vps-1001/services', { body })).status).toBe(422);
  });
});

describe('how far recoveries go on one server', () => {
  it('is its mode, and rebuildable by scope admin alone', async () => {
    const { call } = await apiStage();
    const url = '/api/servers/vps-1001';
    const patch = (as: 'operate' | 'admin', body: object) => call('PATCH', url, { as, body });
    expect((await patch('operate', { mode: 'observe' })).body.server).toMatchObject({
      mode: 'observe',
      rebuildable: false,
    });
    expect((await patch('operate', { mode: null })).body.server).toMatchObject({ mode: null });
    const refused = await patch('operate', { mode: 'auto', rebuildable: true });
    expect(refused.body).toMatchObject({ status: 403, details: { need: 'admin' } });
    expect((await call('GET', url)).body).toMatchObject({ mode: null, rebuildable: false });
    const marked = await patch('admin', { rebuildable: true });
    expect(marked.body.server).toMatchObject({ rebuildable: true });
    const lifted = await patch('operate', { rebuildable: false });
    expect(lifted.body.server).toMatchObject({ rebuildable: false });
  });
});
