import { describe, expect, it } from 'vitest';
import { apiStage } from '#test/builders/api-stage.ts';

const post = (body: Record<string, unknown>) => ['POST', '/api/users', { body }] as const;

describe('users', () => {
  it('answers alike with and without /api, with and without a trailing slash', async () => {
    const { call } = await apiStage();
    const body = { telegram_id: 4_503_599_627_370_495, username: 'ann', is_admin: true };
    const made = await call('POST', '/users', { body });
    expect(made.status).toBe(201);
    const known = await call('POST', '/api/users/', { body });
    expect(known.status).toBe(200);
    expect(known.body).toEqual(made.body);
    const lists = ['/users', '/users/', '/api/users', '/api/users/', '/users?limit=100'];
    for (const url of lists) {
      const answer = await call('GET', url);
      expect(answer.status).toBe(200);
      expect(answer.body).toMatchObject({ total: 1, items: [made.body] });
    }
    for (const root of ['/users', '/api/users']) {
      for (const slash of ['', '/']) {
        const one = await call('GET', `${root}/${body.telegram_id}${slash}`);
        expect(one.status).toBe(200);
        expect(one.body).toEqual(made.body);
      }
    }
    expect((await call('GET', '/usersx')).status).toBe(404);
    expect((await call('GET', '/users', { as: null })).status).toBe(401);
  });

  it('puts the id on the wire as a number and knows who is an admin', async () => {
    const { call, audit } = await apiStage();
    const { body } = await call(...post({ telegram_id: 42, role: 'owner', language_code: 'de' }));
    expect(body).toMatchObject({ telegram_id: 42, role: 'owner', is_admin: true, last_seen: null });
    const plain = await call(...post({ telegram_id: 43 }));
    expect(plain.body).toMatchObject({ role: null, is_admin: false });
    expect(audit.events.map(({ action, target }) => [action, target])).toEqual([
      ['user.upsert', 'tg:42'],
      ['user.upsert', 'tg:43'],
    ]);
  });

  it('keeps what is not given and clears what is null', async () => {
    const { call } = await apiStage();
    await call(...post({ telegram_id: 42, username: 'ann', first_name: 'Ann', role: 'viewer' }));
    const { body } = await call(...post({ telegram_id: 42, first_name: null }));
    expect(body).toMatchObject({ username: 'ann', first_name: null, role: 'viewer' });
  });

  it('raises by is_admin, never lowers an owner by it, and keeps the last owner', async () => {
    const { call } = await apiStage();
    await call(...post({ telegram_id: 1, role: 'owner' }));
    expect((await call(...post({ telegram_id: 1, is_admin: true }))).body.role).toBe('owner');
    const last = await call(...post({ telegram_id: 1, is_admin: false }));
    expect(last.status).toBe(409);
    expect((await call(...post({ telegram_id: 2, is_admin: true }))).body.role).toBe('operator');
    expect((await call(...post({ telegram_id: 2, is_admin: false }))).body.role).toBe('viewer');
    await call(...post({ telegram_id: 2, role: 'owner' }));
    expect((await call(...post({ telegram_id: 1, role: 'viewer' }))).body.role).toBe('viewer');
  });

  it('changes and takes roles; the last owner only where it is said', async () => {
    const { call } = await apiStage();
    await call(...post({ telegram_id: 1, role: 'owner' }));
    await call(...post({ telegram_id: 2, role: 'viewer' }));
    const raised = await call('PATCH', '/users/2', { body: { role: 'operator' } });
    expect(raised).toMatchObject({ status: 200, body: { telegram_id: 2, role: 'operator' } });
    expect((await call('DELETE', '/api/users/2')).status).toBe(204);
    expect((await call('GET', '/users/2')).body.role).toBeNull();
    expect((await call('DELETE', '/users/9')).status).toBe(404);
    expect((await call('DELETE', '/users/1')).status).toBe(409);
    const lowered = { role: 'viewer', even_last_owner: true };
    expect((await call('PATCH', '/users/1/', { body: lowered })).status).toBe(200);
    expect((await call('PATCH', '/users/1', { body: {} })).status).toBe(422);
    for (const as of ['read', 'operate'] as const) {
      expect((await call('DELETE', '/users/1', { as })).status).toBe(403);
      expect((await call('POST', '/users/pairing-code', { as, body: {} })).status).toBe(403);
    }
  });

  it('a token of a person cannot take the last owner', async () => {
    const { call, tokens } = await apiStage();
    await call(...post({ telegram_id: 1, role: 'owner' }));
    const { plain } = await tokens.create('mine', 'admin', 1n);
    const headers = { authorization: `Bearer ${plain.reveal()}` };
    const url = '/users/1?even_last_owner=true';
    expect((await call('DELETE', url, { as: null, headers })).status).toBe(403);
    expect((await call('DELETE', url)).status).toBe(204);
  });

  it('gives a pairing code once; its replay does not show it', async () => {
    const { call } = await apiStage();
    await call(...post({ telegram_id: 1, role: 'owner' }));
    const options = { body: { ttl_seconds: 600 }, headers: { 'idempotency-key': 'k' } };
    const made = await call('POST', '/users/pairing-code', options);
    expect(made).toMatchObject({ status: 201, body: { role: 'owner' } });
    expect(made.body.code).toMatch(/^[A-Z2-9]{10}$/);
    const again = await call('POST', '/api/users/pairing-code', options);
    expect(again).toMatchObject({ status: 201, body: { code: null, role: 'owner' } });
    const short = await call('POST', '/users/pairing-code', { body: { ttl_seconds: 10 } });
    expect(short.status).toBe(422);
  });

  it.each([
    [{ telegram_id: '42' }, 'telegram_id'],
    [{ telegram_id: -1 }, 'telegram_id'],
    [{ telegram_id: 2 ** 52 }, 'telegram_id'],
    [{ telegram_id: 42, role: 'king' }, 'Legal values: viewer, operator, owner'],
    [{ telegram_id: 42, role: 'viewer', is_admin: true }, 'Contradicts role'],
    [{ telegram_id: 42, admin: true }, 'Unknown field: admin. Known: telegram_id'],
  ])('refuses %j', async (body, detail) => {
    const { call } = await apiStage();
    const answer = await call(...post(body));
    expect(answer.status).toBe(422);
    expect(answer.body.detail).toContain(detail);
  });
});
