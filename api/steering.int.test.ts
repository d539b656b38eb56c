import { afterAll, beforeAll, expect, it } from 'vitest';
import { aServer } from '#test/builders/a-server.ts';
import { type ApiOverRows, apiOverRows } from '#test/builders/api-over-rows.ts';

let rows: ApiOverRows;
beforeAll(async () => {
  rows = await apiOverRows();
});
afterAll(() => rows.close());

it('steers: groups, modes, windows, services, incidents that were given up, the switch', async () => {
  const { call, stage } = rows;
  const group = { name: 'web', mode: 'auto', expectations: { disk_percent: [70, 80] } };
  expect((await call('POST', '/api/groups', group)).status).toBe(201);
  expect((await call('POST', '/api/groups', group)).status).toBe(409);
  const change = {
    highest_rung: 'provision',
    open_ports: [8443],
    expectations: { docker: false },
  };
  expect((await call('PATCH', '/api/groups/web', change)).body).toMatchObject({
    ...{ mode: 'auto', highest_rung: 'provision', weight: expect.any(Number) },
    ...{ open_ports: [8443], expectations: { docker: false, disk_percent: [70, 80] } },
  });
  const { handle } = await aServer(stage.repositories);
  const marks = { group: 'web', mode: 'observe', rebuildable: true, region: 'fra-1' };
  expect((await call('PATCH', `/api/servers/${handle}`, marks)).body.server).toMatchObject(marks);

  const window = { target: handle, duration_seconds: 600, reason: 'disk' };
  const opened = await call('POST', '/api/maintenance', window);
  expect(opened.body).toMatchObject({ active: true, created_by: 'api:test' });
  expect((await call('DELETE', `/api/maintenance/${opened.body.id}`)).body.active).toBe(false);
  const list = await call('GET', `/api/maintenance?target=${handle}`);
  expect(list.body).toMatchObject({ total: 1, items: [{ ended_by: 'api:test' }] });

  const health = `/api/servers/${handle}/health`;
  expect((await call('GET', health)).body).toMatchObject({ state: 'unknown', report: null });
  expect((await call('GET', `${health}/history?by=day`)).body.items).toEqual([]);
  const services = [{ name: 'web', checks: [{ kind: 'tls', server_name: 'a.example' }] }];
  const put = await call('PUT', `/api/servers/${handle}/services`, { services });
  expect(put.status).toBe(200);
  expect((await call('GET', `/api/servers/${handle}/services`)).body).toEqual(put.body);

  const report = { server_handle: handle, incident_type: 'service_down', details: 'away' };
  const { id } = (await call('POST', '/api/incidents', report)).body;
  const failed = { status: 'failed', reason: 'given up' };
  expect((await call('PATCH', `/api/incidents/${id}`, failed)).status).toBe(200);
  expect((await call('PATCH', `/api/incidents/${id}`, { taken_by: 'ann' })).status).toBe(200);
  const closed = { status: 'resolved', reason: 'by hand' };
  expect((await call('PATCH', `/api/incidents/${id}`, closed)).body).toMatchObject({
    ...{ status: 'resolved', taken_by: 'ann', close_reason: 'by hand' },
    time_to_acknowledge_seconds: expect.any(Number),
  });
  const events = (await call('GET', `/api/incidents/${id}/events`)).body;
  expect(events.total).toBeGreaterThanOrEqual(4);
  expect(JSON.stringify(events.items[0])).toContain('away');

  expect((await call('GET', '/api/approvals')).body).toEqual({ items: [], total: 0 });
  const frozen = await call('POST', '/api/fleet/freeze', { reason: 'racks' });
  expect(frozen.body).toMatchObject({ stop: 'frozen', frozen_by: 'api:test' });
  expect((await call('GET', '/readyz')).body).toMatchObject({ ok: true, automation: 'frozen' });
  expect((await call('POST', '/api/fleet/rearm', {})).body.stop).toBeNull();
  expect((await call('GET', '/api/reports/observe')).body).toMatchObject({ total: 0 });
  expect(await stage.repositories.audit.verify()).toBeNull();
});
