import { describe, expect, it } from 'vitest';
import { OpsError } from '#domain/errors.ts';
import type { KnownDetails } from '#domain/repositories.ts';
import { apiStage } from '#test/builders/api-stage.ts';
import { apiOperation } from '#test/fakes/api-operations.ts';
import { apiServer } from '#test/fakes/api-servers.ts';

const fleet = [
  apiServer('vps-1001', { labels: { env: 'prod' } }),
  apiServer('vps-1002', { status: 'error', care: 'watch', group: 'db' }),
  apiServer('vps-1003', { status: 'discovered', care: 'none', provider: 'manual' }),
];
const handles = (body: Record<string, unknown>) =>
  (body.items as { handle: string }[]).map(({ handle }) => handle);

describe('servers', () => {
  it('answers the wire names and nothing else', async () => {
    const leaky = { ...apiServer('vps-1001'), rootPassword: 'hunter2' };
    const { call } = await apiStage([leaky]);
    const { status, body, text } = await call('GET', '/api/servers/vps-1001', { as: 'read' });
    expect(status).toBe(200);
    expect(text).not.toContain('hunter2');
    expect(body).toMatchObject({
      handle: 'vps-1001',
      server_handle: 'vps-1001',
      provisioning_attempts: 0,
      last_health_check: null,
      last_incident: '2026-01-02T03:04:05.000Z',
      hands_off: false,
      connection: { address: '192.0.2.7', port: 22, jump_host: null, become: 'none' },
    });
    expect(Object.keys(body).filter((name) => name !== name.toLowerCase())).toEqual([]);
  });

  it('tells what the provider last said, where it has said something', async () => {
    const none = await (await apiStage(fleet)).call('GET', '/api/servers/vps-1001');
    expect(none.body.provider_details).toBeNull();
    const facts = { state: 'suspended', activeTask: null, resources: { cpuCores: 2 } };
    const known = { facts, seenAt: new Date('2026-01-02T03:04:05Z') } as unknown as KnownDetails;
    const { call } = await apiStage(fleet, { providerDetails: { find: async () => known } });
    const { body } = await call('GET', '/api/servers/vps-1001');
    expect(body.provider_details).toEqual({
      ...{ state: 'suspended', active_task: null, cpu_cores: 2, memory_mb: null, disk_mb: null },
      seen_at: '2026-01-02T03:04:05.000Z',
    });
  });

  it.each([
    ['', ['vps-1001', 'vps-1002', 'vps-1003']],
    ['?status=ready&status=error', ['vps-1001', 'vps-1002']],
    ['?status=ready,error', ['vps-1001', 'vps-1002']],
    ['?status=error', ['vps-1002']],
    ['?provider=manual', ['vps-1003']],
    ['?group=db', ['vps-1002']],
    ['?care=none', ['vps-1003']],
    ['?label=env=prod', ['vps-1001']],
    ['?search=1002', ['vps-1002']],
    ['?offset=1&limit=1', ['vps-1002']],
  ])('lists %s', async (query, expected) => {
    const { call } = await apiStage(fleet);
    const { status, body } = await call('GET', `/api/servers/${query}`);
    expect(status).toBe(200);
    expect(handles(body)).toEqual(expected);
    if (query.includes('offset')) expect(body).toMatchObject({ total: 3, offset: 1, limit: 1 });
  });

  it('enters a server by hand, once, untouched unless told otherwise', async () => {
    const { call } = await apiStage(fleet);
    const connection = { ipv6: '2001:db8::7', jump_host: 'vps-1001' };
    const body = { handle: 'vps-7', region: 'fra-1', connection };
    const made = await call('POST', '/api/servers', { body });
    expect(made.status).toBe(201);
    expect(made.headers.location).toBe('/api/servers/vps-7');
    expect(made.body).toMatchObject({
      care: 'none',
      provider_ref: 'vps-7',
      region: 'fra-1',
      connection: { address: '2001:db8::7', family: 'ipv6', port: 22, user: 'root' },
    });
    const again = await call('POST', '/api/servers', { body });
    expect(again.status).toBe(409);
    const nowhere = await call('POST', '/api/servers', { body: { handle: 'x', connection: {} } });
    expect(nowhere.status).toBe(422);
    expect(nowhere.body.detail).toContain('address');
  });

  it('changes fields, part of a connection too', async () => {
    const { call } = await apiStage(fleet);
    const body = {
      notes: 'two\nlines',
      care: 'managed',
      hands_off: true,
      labels: { team: 'infra' },
      connection: { port: 2222, jump_host: 'vps-1001' },
    };
    const { status, body: answer } = await call('PATCH', '/api/servers/vps-1002', { body });
    expect(status).toBe(200);
    expect(Object.keys(answer)).toEqual(['server']);
    expect(answer.server).toMatchObject({
      notes: 'two\nlines',
      care: 'managed',
      hands_off: true,
      labels: { team: 'infra' },
      connection: { port: 2222, jump_host: 'vps-1001', user: 'root', ipv4: '192.0.2.7' },
    });
  });

  it('keeps an address of the family in use', async () => {
    const { call } = await apiStage(fleet);
    const patch = (connection: object) =>
      call('PATCH', '/api/servers/vps-1001', { body: { connection } });
    expect((await patch({ family: 'ipv6' })).body.detail).toContain('connection.ipv6');
    expect((await patch({ ipv4: null })).status).toBe(422);
    const moved = await patch({ family: 'ipv6', ipv6: '2001:db8::1', ipv4: null });
    expect(moved.body.server).toMatchObject({ connection: { address: '2001:db8::1' } });
  });

  it('starts one operation for two force_rebuilds and tells the second so', async () => {
    const { call, agent } = await apiStage(fleet);
    const body = { status: 'force_rebuild' };
    const first = await call('PATCH', '/api/servers/vps-1001', { body });
    expect(first.status).toBe(202);
    expect(first.body.outcome).toBe('created');
    expect(first.body.server).toMatchObject({ status: 'force_rebuild' });
    const { id } = first.body.operation as { id: string };
    expect(first.headers.location).toBe(`/api/operations/${id}`);
    expect(agent.commands[0]).toMatchObject({
      kind: 'rebuild',
      mode: 'reinstall',
      by: 'api:admin',
    });
    const second = await call('PATCH', '/api/servers/vps-1001', { body });
    expect(second.status).toBe(202);
    expect(second.body).toMatchObject({ outcome: 'joined', operation: { id } });
    expect(second.body.message).toContain('Already under way');
    expect(second.body.message).toContain('api:admin');
    expect(JSON.stringify(second.body)).not.toContain('"key"');
    const other = await call('POST', '/api/servers/vps-1001/force-rebuild', {
      body: { mode: 'reset' },
    });
    expect(other.status).toBe(409);
    expect(other.body.details).toMatchObject({ operation_id: id });
  });

  it('keeps the disk where asked to, and provisions', async () => {
    const { call, agent } = await apiStage([
      apiServer('vps-1'),
      apiServer('vps-2'),
      apiServer('vps-3', { status: 'error' }),
    ]);
    const body = { status: 'force_rebuild', rebuild: 'reset' };
    await call('PATCH', '/api/servers/vps-1', { body });
    await call('POST', '/api/servers/vps-2/force-rebuild', { body: { mode: 'reset' } });
    const provision = await call('POST', '/api/servers/vps-3/provision');
    expect(provision.status).toBe(202);
    expect(agent.commands).toMatchObject([
      { kind: 'rebuild', mode: 'reset', target: 'vps-1' },
      { kind: 'rebuild', mode: 'reset', target: 'vps-2' },
      { kind: 'provision', target: 'vps-3' },
    ]);
  });

  it('takes a server under care and sends it to be prepared in one word', async () => {
    const { call } = await apiStage(fleet);
    const body = { care: 'managed', status: 'pending_setup' };
    const { status, body: answer } = await call('PATCH', '/api/servers/vps-1003', { body });
    expect(status).toBe(202);
    expect(answer.server).toMatchObject({ care: 'managed', status: 'pending_setup' });
  });

  it('changes no field where the status is foreseeably refused', async () => {
    const { call, servers } = await apiStage(fleet);
    const illegal = { notes: 'new', status: 'provisioning' };
    expect((await call('PATCH', '/api/servers/vps-1001', { body: illegal })).status).toBe(409);
    const unmanaged = { notes: 'new', status: 'force_rebuild' };
    expect((await call('PATCH', '/api/servers/vps-1003', { body: unmanaged })).status).toBe(409);
    expect((await servers.require('vps-1001')).notes).toBe('');
    expect((await servers.require('vps-1003')).notes).toBe('');
  });

  it('says which fields were changed where the status was refused after all', async () => {
    const { call, agent } = await apiStage(fleet);
    agent.before = async () => {
      throw new OpsError('conflict', 'Another operation is under way.', { hint: 'Wait.' });
    };
    const body = { notes: 'new', status: 'force_rebuild' };
    const answer = await call('PATCH', '/api/servers/vps-1001', { body });
    expect(answer.status).toBe(409);
    expect(answer.body.hint).toBe('Wait. The other fields were changed: notes.');
    expect(answer.body.details).toMatchObject({ changed_fields: ['notes'] });
  });

  it('shows what a rebuild would do, and what happened on a server', async () => {
    const { call, operations, incidents } = await apiStage(fleet);
    const preview = await call('GET', '/api/servers/vps-1001/rebuild-preview?mode=reset');
    expect(preview.body).toEqual({
      server_handle: 'vps-1001',
      mode: 'reset',
      lines: ['reset vps-1001'],
    });
    const { id } = operations.put(apiOperation());
    operations.put(apiOperation({ serverHandle: 'vps-1002' }));
    const mine = await call('GET', '/api/servers/vps-1001/operations');
    expect(mine.body).toMatchObject({ total: 1, items: [{ id }] });
    await incidents.open({
      type: 'disk_full',
      serverHandle: 'vps-1001',
      severity: 'error',
      details: '',
      operationId: null,
    });
    const trouble = await call('GET', '/api/servers/vps-1001/incidents');
    expect(trouble.body).toMatchObject({ total: 1, items: [{ incident_type: 'disk_full' }] });
  });
});
