import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { RungRecord } from '#domain/recovery.ts';
import { apiStage } from '#test/builders/api-stage.ts';
import { anApproval } from '#test/fakes/memory-fleet.ts';

describe('approvals', () => {
  it('shows what is asked and takes one decision, whoever comes first', async () => {
    const { call, fleet } = await apiStage();
    const { id } = fleet.approvals.put(anApproval());
    fleet.approvals.put(anApproval({ status: 'expired' }));
    const list = await call('GET', '/api/approvals?status=open&server_handle=vps-1001', {
      as: 'read',
    });
    expect(list.body).toMatchObject({ total: 1, items: [{ id, step: 'choose-rung', round: 1 }] });
    const url = `/api/approvals/${id}/decision`;
    const body = { decision: 'approve', note: 'go on' };
    expect((await call('POST', url, { as: 'read', body })).status).toBe(403);
    const yes = await call('POST', url, { as: 'operate', body });
    expect(yes.body).toMatchObject({
      ...{ status: 'approved', decided_by: 'api:operate', note: 'go on' },
      decided_at: expect.any(String),
    });
    const no = await call('POST', url, { body: { decision: 'deny' } });
    expect(no.status).toBe(409);
    expect(no.body.detail).toContain('approved already, by api:operate');
    expect((await call('GET', `/api/approvals/${id}`)).body.status).toBe('approved');
  });

  it('answers a repeated decision with the first answer', async () => {
    const { call, fleet } = await apiStage();
    const { id } = fleet.approvals.put(anApproval());
    const options = { body: { decision: 'deny' }, headers: { 'idempotency-key': 'k-1' } };
    const first = await call('POST', `/api/approvals/${id}/decision`, options);
    const second = await call('POST', `/api/approvals/${id}/decision`, options);
    expect([first.status, second.status, second.body]).toEqual([200, 200, first.body]);
    expect(second.headers['idempotency-replayed']).toBe('true');
  });

  it.each([{ tool: 'server_reinstall' }, { tool: 'recovery', arguments: { rung: 'reinstall' } }])(
    'lets scope admin alone allow %j, and operate refuse it',
    async (over) => {
      const { call, fleet } = await apiStage();
      const asked = fleet.approvals.put(anApproval(over));
      const url = `/api/approvals/${asked.id}/decision`;
      const yes = await call('POST', url, { as: 'operate', body: { decision: 'approve' } });
      expect(yes.body).toMatchObject({ status: 403, details: { have: 'operate', need: 'admin' } });
      expect((await fleet.approvals.find(asked.id))?.status).toBe('open');
      const other = fleet.approvals.put(anApproval(over));
      const no = await call('POST', `/api/approvals/${other.id}/decision`, {
        as: 'operate',
        body: { decision: 'deny' },
      });
      expect(no.body.status).toBe('denied');
      expect((await call('POST', url, { body: { decision: 'approve' } })).status).toBe(200);
    },
  );

  it.each([{}, { decision: 'maybe' }, { decision: 'approve', by: 'me' }])(
    'refuses %j',
    async (body) => {
      const { call, fleet } = await apiStage();
      const { id } = fleet.approvals.put(anApproval());
      expect((await call('POST', `/api/approvals/${id}/decision`, { body })).status).toBe(422);
      expect((await fleet.approvals.find(id))?.status).toBe('open');
    },
  );

  it('knows nothing of others', async () => {
    const { call } = await apiStage();
    const url = `/api/approvals/${randomUUID()}`;
    expect((await call('GET', url)).status).toBe(404);
    const body = { decision: 'approve' };
    expect((await call('POST', `${url}/decision`, { body })).status).toBe(404);
  });
});

describe('the fleet', () => {
  it('is frozen with a reason and re-armed by a word', async () => {
    const { call } = await apiStage();
    expect((await call('GET', '/api/fleet', { as: 'read' })).body).toMatchObject({
      stop: null,
      reason: null,
    });
    expect((await call('POST', '/api/fleet/freeze', { body: {} })).status).toBe(422);
    const frozen = await call('POST', '/api/fleet/freeze', { body: { reason: 'move of racks' } });
    expect(frozen.body).toMatchObject({
      ...{ stop: 'frozen', reason: 'move of racks', frozen_by: 'api:admin' },
      frozen_at: expect.any(String),
    });
    expect((await call('POST', '/api/fleet/rearm', { as: 'read' })).status).toBe(403);
    const armed = await call('POST', '/api/fleet/rearm', { as: 'operate' });
    expect(armed.body).toMatchObject({ stop: null, rearmed_at: expect.any(String) });
  });
});

describe('the report of observe', () => {
  it('lists what would have been done, since when, and how often', async () => {
    const record = (rung: RungRecord['rung']): RungRecord => ({
      ...{ id: randomUUID(), incidentId: randomUUID(), operationId: randomUUID() },
      ...{ serverHandle: 'vps-1001', rung, permit: 'none', outcome: 'would', reason: 'observe' },
      ...{ startedAt: new Date('2026-01-02T03:04:05Z'), finishedAt: null },
    });
    const asked: Date[] = [];
    const { call } = await apiStage(undefined, {
      recoveries: {
        async would(since) {
          asked.push(since);
          return [record('reboot'), record('restart'), record('reboot')];
        },
      },
    });
    const since = '2026-01-01T00:00:00.000Z';
    const { body } = await call('GET', `/api/reports/observe?since=${since}`, { as: 'read' });
    expect(body).toMatchObject({ since, total: 3, by_rung: { restart: 1, reboot: 2 } });
    expect(asked[0]?.toISOString()).toBe(since);
    await call('GET', '/api/reports/observe');
    const week = Date.now() - (asked[1]?.getTime() ?? 0);
    expect(Math.round(week / 86_400_000)).toBe(7);
    expect((await call('GET', '/api/reports/observe?since=yesterday')).status).toBe(422);
  });
});
