import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { apiStage } from '#test/builders/api-stage.ts';

let stage: Awaited<ReturnType<typeof apiStage>>;
beforeEach(async () => {
  stage = await apiStage();
  const event = { operationId: null, data: { to: 'error' } };
  await stage.audit.append({ ...event, actor: 'tg:1', action: 'server.update', target: 'vps-1' });
  await stage.audit.append({ ...event, actor: 'agent', action: 'server.status', target: 'vps-2' });
  await stage.audit.append({ ...event, actor: 'tg:2', action: 'user.upsert', target: 'tg:1' });
});
afterEach(() => stage.app.close());

const read = async (query: string) => {
  const { body, status } = await stage.call('GET', `/api/audit${query}`, { as: 'admin' });
  expect(status).toBe(200);
  return body as { items: { seq: number; data: unknown }[]; total: number };
};
const seqs = async (query: string) => (await read(query)).items.map(({ seq }) => seq);

describe('GET /api/audit', () => {
  it('shows the newest first, in pages', async () => {
    expect(await read('?limit=2')).toMatchObject({
      total: 3,
      items: [{ seq: 3 }, { seq: 2, data: { to: 'error' }, target: 'vps-2', operation_id: null }],
    });
    expect(await seqs('?offset=2')).toEqual([1]);
  });

  it('finds by whom, to what, and about whom', async () => {
    expect(await seqs('?actor=tg:2')).toEqual([3]);
    expect(await seqs('?target=vps-1')).toEqual([1]);
    expect(await seqs('?about=tg:1')).toEqual([3, 1]);
    expect(await seqs('?action=server')).toEqual([2, 1]);
    expect(await seqs('?action=server.status')).toEqual([2]);
  });

  it('is for administrators, and says what is wrong with a question', async () => {
    expect((await stage.call('GET', '/api/audit', { as: 'operate' })).status).toBe(403);
    expect((await stage.call('GET', '/api/audit', { as: null })).status).toBe(401);
    const times = 'from=2026-02-01T00:00:00Z&until=2026-01-01T00:00:00Z';
    const wrong = await stage.call('GET', `/api/audit?${times}`, { as: 'admin' });
    expect(wrong.status).toBe(422);
    expect(wrong.text).toContain('it lies after until');
    expect((await stage.call('GET', '/api/audit?who=me', { as: 'admin' })).status).toBe(422);
  });
});
