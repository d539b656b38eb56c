import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { apiStage } from '#test/builders/api-stage.ts';
import { apiOperation } from '#test/fakes/api-operations.ts';
import { apiInput } from '#test/fakes/api-records.ts';

const report = { server_handle: 'vps-1001', incident_type: 'service_down', details: 'web is away' };

describe('incidents', () => {
  it('opens one per server and type, lists, takes and closes it', async () => {
    const { call, audit } = await apiStage();
    const made = await call('POST', '/api/incidents', { body: report });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({
      incident_type: 'service_down',
      status: 'detected',
      severity: 'warning',
      affected_services: ['web'],
      detected_at: '2026-01-02T03:04:05.000Z',
    });
    expect(audit.events.at(-1)).toMatchObject({ actor: 'api:admin', action: 'incident.open' });
    const again = await call('POST', '/api/incidents', { body: report });
    expect([again.status, again.body.id]).toEqual([200, made.body.id]);
    const url = `/api/incidents/${made.body.id}`;
    const taken = await call('PATCH', url, { body: { taken_by: 'ann' } });
    expect(taken.body.taken_by).toBe('ann');
    for (const list of ['/api/incidents/active', '/api/incidents?incident_type=service_down']) {
      expect((await call('GET', list)).body).toMatchObject({
        total: 1,
        items: [{ id: made.body.id }],
      });
    }
    const closed = await call('PATCH', url, { body: { status: 'resolved', reason: 'restarted' } });
    expect(closed.body).toMatchObject({
      status: 'resolved',
      closed_by: 'api:admin',
      close_reason: 'restarted',
    });
    expect((await call('GET', '/api/incidents/active')).body.total).toBe(0);
    const reopened = await call('PATCH', url, { body: { status: 'failed', reason: 'no' } });
    expect(reopened.status).toBe(409);
    expect(reopened.body).toMatchObject({ code: 'illegal_transition', details: { legal: [] } });
  });

  it('tells how long it took, what happened, and where to read on', async () => {
    const { call, incidents } = await apiStage();
    const { id } = await incidents.open({
      type: 'server_unreachable',
      serverHandle: 'vps-1001',
      severity: 'error',
      details: 'no answer',
      operationId: null,
      failedAt: new Date('2026-01-02T03:03:35Z'),
    });
    await call('PATCH', `/api/incidents/${id}`, { body: { taken_by: 'ann' } });
    expect((await call('GET', `/api/incidents/${id}`)).body).toMatchObject({
      failed_at: '2026-01-02T03:03:35.000Z',
      ...{ reopened: 0, muted: false, time_to_detect_seconds: 30 },
      ...{ time_to_acknowledge_seconds: 90, time_to_recover_seconds: null },
      runbook: 'http://127.0.0.1:8000/runbooks/server_unreachable',
    });
    await incidents.addEvent(id, { actor: 'tg:1', text: 'on it', data: { rung: 'reboot' } });
    expect((await call('GET', `/api/incidents/${id}/events`, { as: 'read' })).body).toMatchObject({
      total: 2,
      items: [{ text: 'no answer' }, { actor: 'tg:1', text: 'on it', data: { rung: 'reboot' } }],
    });
    expect((await call('GET', `/api/incidents/${randomUUID()}/events`)).status).toBe(404);
  });

  it('lets a human close one that the recovery gave up, once', async () => {
    const { call, incidents } = await apiStage();
    const made = await call('POST', '/api/incidents', { body: report });
    const url = `/api/incidents/${made.body.id}`;
    await incidents.update(String(made.body.id), { status: 'failed' }, 'agent');
    expect((await call('PATCH', url, { body: { taken_by: 'ann' } })).status).toBe(200);
    const again = await call('PATCH', url, { body: { status: 'failed', reason: 'x' } });
    expect(again.body).toMatchObject({ status: 409, details: { legal: ['resolved'] } });
    const closed = await call('PATCH', url, { body: { status: 'resolved', reason: 'by hand' } });
    expect(closed.body).toMatchObject({ status: 'resolved', close_reason: 'by hand' });
    expect((await call('PATCH', url, { body: { taken_by: 'bob' } })).status).toBe(409);
  });

  it.each([
    [{ status: 'resolved' }, 'reason'],
    [{ reason: 'why' }, 'reason'],
    [{ status: 'recovering', reason: 'x' }, 'Legal values: resolved, failed'],
    [{}, 'Nothing to change'],
  ])('refuses %j', async (body, detail) => {
    const { call } = await apiStage();
    const made = await call('POST', '/api/incidents', { body: report });
    const answer = await call('PATCH', `/api/incidents/${made.body.id}`, { body });
    expect(answer.status).toBe(422);
    expect(answer.body.detail).toContain(detail);
  });

  it('refuses a report about what does not exist', async () => {
    const { call } = await apiStage();
    const server = { ...report, server_handle: 'vps-9' };
    expect((await call('POST', '/api/incidents', { body: server })).status).toBe(404);
    const operation = { ...report, operation_id: randomUUID() };
    expect((await call('POST', '/api/incidents', { body: operation })).status).toBe(404);
  });
});

describe('operations', () => {
  it('shows one with its steps, without the notes and the key', async () => {
    const { call, operations } = await apiStage();
    const { id } = operations.put(
      apiOperation({
        status: 'failed',
        error: { code: 'playbook_failed', message: 'apt', hint: null, step: 'install-software' },
      }),
    );
    operations.addStep(id, {
      stepId: 'reinstall',
      status: 'done',
      attempt: 1,
      memo: { task: 'memo-text' },
      summary: 'reinstalled',
      startedAt: new Date(0),
      finishedAt: null,
    });
    const { body, text } = await call('GET', `/api/operations/${id}`, { as: 'read' });
    expect(body).toMatchObject({
      id,
      server_handle: 'vps-1001',
      error: { code: 'playbook_failed', step: 'install-software' },
      steps: [{ step: 'reinstall', status: 'done', summary: 'reinstalled', finished_at: null }],
    });
    expect(text).not.toMatch(/memo-text|secret-looking-key/);
    const list = await call(
      'GET',
      '/api/operations?status=failed,cancelled&server_handle=vps-1001',
    );
    expect(list.body).toMatchObject({ total: 1, items: [{ id }] });
    expect((await call('GET', '/api/operations?kind=provision')).body.total).toBe(0);
  });

  it('cancels what runs and refuses what has ended', async () => {
    const { call, operations } = await apiStage();
    const running = operations.put(apiOperation());
    const answer = await call('POST', `/api/operations/${running.id}/cancel`);
    expect(answer.status).toBe(202);
    expect(answer.body.operation).toMatchObject({ stop_requested: 'cancel' });
    const ended = operations.put(apiOperation({ status: 'succeeded' }));
    expect((await call('POST', `/api/operations/${ended.id}/cancel`)).status).toBe(409);
  });
});

describe('input requests', () => {
  it('takes a secret once and shows it to nobody', async () => {
    const { call, inputs, agent, log } = await apiStage();
    const { id } = inputs.put(apiInput());
    const url = `/api/input-requests/${id}`;
    expect((await call('GET', '/api/input-requests?status=open')).body).toMatchObject({ total: 1 });
    const wrong = await call('POST', `${url}/answer`, { body: { done: true } });
    expect([wrong.status, wrong.body.detail]).toEqual([422, expect.stringContaining('"secret"')]);
    const answer = await call('POST', `${url}/answer`, { body: { secret: ' pa$$ wörd ' } });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ status: 'answered', answered_by: 'api:admin' });
    expect(agent.secrets).toEqual([' pa$$ wörd ']);
    expect(answer.text + JSON.stringify(log.lines)).not.toMatch(/wörd|credential/);
    const again = await call('POST', `${url}/answer`, { body: { secret: 'other' } });
    expect(again.status).toBe(409);
  });

  it('takes "done" and "no"', async () => {
    const { call, inputs, agent } = await apiStage();
    const confirm = inputs.put(apiInput({ kind: 'confirm' }));
    const done = await call('POST', `/api/input-requests/${confirm.id}/answer`, {
      body: { done: true },
    });
    expect([done.status, agent.secrets]).toEqual([200, [null]]);
    const other = inputs.put(apiInput());
    const no = await call('POST', `/api/input-requests/${other.id}/decline`);
    expect(no.body.status).toBe('cancelled');
  });

  it.each([{}, { done: false }, { secret: '' }, { secret: 'a\nb' }, { secret: 'a', done: true }])(
    'refuses %j and does not repeat it',
    async (body) => {
      const { call, inputs } = await apiStage();
      const { id } = inputs.put(apiInput());
      const answer = await call('POST', `/api/input-requests/${id}/answer`, { body });
      expect(answer.status).toBe(422);
    },
  );
});
