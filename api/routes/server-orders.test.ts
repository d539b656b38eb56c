import { describe, expect, it } from 'vitest';
import type { IncidentType } from '#domain/incident.ts';
import { apiStage } from '#test/builders/api-stage.ts';
import { apiServer } from '#test/fakes/api-servers.ts';

const REBOOT = '/api/servers/vps-1/reboot';
const RECOVER = '/api/servers/vps-1/recover';
const stageOf = (status: 'ready' | 'error' | 'discovered' = 'error') =>
  apiStage([apiServer('vps-1', { status })]);
type Stage = Awaited<ReturnType<typeof stageOf>>;
const opened = async ({ incidents }: Stage, type: IncidentType) =>
  (
    await incidents.openWith({
      ...{ type, serverHandle: 'vps-1', severity: 'error', details: 'x', operationId: null },
    })
  ).incident;

describe('reboot', () => {
  it('is accepted, with or without a delay, once per key', async () => {
    const { call, agent } = await stageOf('ready');
    const body = { delay_seconds: 60 };
    const headers = { 'idempotency-key': 'k-1' };
    const first = await call('POST', REBOOT, { body, headers });
    expect(first.status).toBe(202);
    expect(first.body).toMatchObject({ operation: { kind: 'reboot', status: 'queued' } });
    const { id, not_before } = first.body.operation as { id: string; not_before: string };
    expect(Date.parse(not_before)).toBeGreaterThan(Date.now());
    expect(first.headers.location).toBe(`/api/operations/${id}`);
    expect((await call('POST', REBOOT, { body, headers })).body).toEqual(first.body);
    expect(agent.commands).toMatchObject([{ kind: 'reboot', delaySeconds: 60, by: 'api:admin' }]);
    expect((await call('POST', REBOOT, { body: {} })).body).toMatchObject({ outcome: 'joined' });
  });

  it.each([[-1], [3601], [1.5], ['soon']])('takes no delay of %j', async (delay_seconds) => {
    const { call, agent } = await stageOf('ready');
    expect((await call('POST', REBOOT, { body: { delay_seconds } })).status).toBe(422);
    expect(agent.commands).toEqual([]);
  });

  it('is refused from a status that it does not begin from', async () => {
    const { call } = await stageOf('discovered');
    const { status, body } = await call('POST', REBOOT, { body: {} });
    expect(status).toBe(409);
    expect(body.detail).toContain('it is not rebooted');
  });
});

describe('force-rebuild', () => {
  it('takes a delay too', async () => {
    const { call, agent } = await stageOf();
    const body = { mode: 'reset', delay_seconds: 30 };
    expect((await call('POST', '/api/servers/vps-1/force-rebuild', { body })).status).toBe(202);
    expect(agent.commands).toMatchObject([{ kind: 'rebuild', mode: 'reset', delaySeconds: 30 }]);
  });

  it.each([
    ['PATCH', '/api/servers/vps-1', { status: 'force_rebuild' }],
    ['PATCH', '/api/servers/vps-1', { status: 'force_rebuild', rebuild: 'reinstall' }],
    ['POST', '/api/servers/vps-1/force-rebuild', {}],
  ] as const)('wipes no disk on the word of scope operate: %s %s %j', async (method, url, body) => {
    const { call, agent } = await stageOf();
    const refused = await call(method, url, { as: 'operate', body });
    expect(refused.status).toBe(403);
    expect(refused.body).toMatchObject({
      detail: expect.stringContaining('wipes the disk'),
      hint: expect.stringContaining('"reset"'),
      details: { have: 'operate', need: 'admin' },
    });
    expect(agent.commands).toEqual([]);
    const kept = method === 'PATCH' ? { ...body, rebuild: 'reset' } : { mode: 'reset' };
    expect((await call(method, url, { as: 'operate', body: kept })).status).toBe(202);
  });
});

describe('recover', () => {
  it('means the one incident that is open, or the one that is named', async () => {
    const stage = await stageOf();
    await opened(stage, 'certificate_expiring');
    const down = await opened(stage, 'server_unreachable');
    const one = await stage.call('POST', RECOVER, { body: {} });
    expect(one.status).toBe(202);
    expect(one.body.operation).toMatchObject({ kind: 'recover', incident_id: down.id });
    const disk = await opened(stage, 'disk_full');
    const several = await stage.call('POST', RECOVER, { body: {} });
    expect(several.status).toBe(409);
    expect(several.body.details).toMatchObject({
      incidents: expect.arrayContaining([{ incident_id: disk.id, incident_type: 'disk_full' }]),
    });
    const named = await stage.call('POST', RECOVER, { body: { incident_id: down.id } });
    expect(named.body).toMatchObject({ outcome: 'joined' });
  });

  it('says what there is instead when nothing is open', async () => {
    const stage = await stageOf();
    const none = await stage.call('POST', RECOVER, { body: {} });
    expect(none.status).toBe(409);
    expect(JSON.stringify(none.body)).toContain('POST reboot');
    const other = await opened(stage, 'flapping');
    const body = { incident_id: other.id };
    expect((await stage.call('POST', RECOVER, { body })).status).toBe(404);
    expect(stage.agent.commands).toEqual([]);
  });
});
