import { describe, expect, it } from 'vitest';
import { OpsError } from '#domain/errors.ts';
import { apiStage } from '#test/builders/api-stage.ts';
import { apiInput } from '#test/fakes/api-records.ts';

const rebuild = { status: 'force_rebuild' };
const key = (value: string) => ({ 'idempotency-key': value });
const path = '/api/servers/vps-1001';

describe('Idempotency-Key', () => {
  it('replays the answer to the same request, however it is written', async () => {
    const { call, agent } = await apiStage();
    const first = await call('PATCH', path, { body: rebuild, headers: key('k1') });
    expect(first.status).toBe(202);
    const body = '{ "rebuild": "reset", "status": "force_rebuild" }';
    const json = { 'content-type': 'application/json' };
    const second = await call('PATCH', `${path}/`, { body: rebuild, headers: key('k1') });
    expect(second.status).toBe(202);
    expect(second.headers['idempotency-replayed']).toBe('true');
    expect(second.body).toEqual(first.body);
    expect(agent.commands).toHaveLength(1);
    const other = await call('PATCH', path, { body, headers: { ...json, ...key('k1') } });
    expect(other.status).toBe(409);
    expect(other.body.code).toBe('idempotency_mismatch');
  });

  it('tells the agent one key per token and request', async () => {
    const { call, agent, tokens } = await apiStage();
    await call('PATCH', path, { body: rebuild, headers: key('k1') });
    const admin = (await tokens.list()).find(({ scope }) => scope === 'admin');
    expect(agent.commands[0]?.key).toBe(`api:${admin?.id}:k1`);
    await call('PATCH', path, { body: rebuild });
    await call('PATCH', path, { body: rebuild });
    expect(new Set(agent.commands.map((command) => command.key)).size).toBe(3);
  });

  it('keeps the keys of two tokens apart', async () => {
    const { call } = await apiStage();
    const body = { ...rebuild, rebuild: 'reset' };
    await call('PATCH', path, { body, headers: key('k1') });
    const other = await call('PATCH', path, { as: 'operate', body, headers: key('k1') });
    expect(other.headers['idempotency-replayed']).toBeUndefined();
    expect(other.body.outcome).toBe('joined');
  });

  it('refuses the same key while the first request is under way', async () => {
    const { call, agent } = await apiStage();
    let go = () => {};
    const held = new Promise<void>((resolve) => {
      go = resolve;
    });
    let arrived = () => {};
    const inside = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    agent.before = () => {
      arrived();
      return held;
    };
    const first = call('PATCH', path, { body: rebuild, headers: key('k1') });
    await inside;
    const second = await call('PATCH', path, { body: rebuild, headers: key('k1') });
    expect(second.status).toBe(409);
    expect(second.body.detail).toContain('under way');
    go();
    expect((await first).status).toBe(202);
  });

  it('frees the key of a request that failed, so that it can be repeated', async () => {
    const { call, agent } = await apiStage();
    agent.before = async () => {
      throw new OpsError('storage_unavailable', 'gone');
    };
    const failed = await call('PATCH', path, { body: rebuild, headers: key('k1') });
    expect(failed.status).toBe(503);
    expect(failed.body.hint).toContain('same Idempotency-Key');
    agent.before = async () => undefined;
    const repeated = await call('PATCH', path, { body: rebuild, headers: key('k1') });
    expect(repeated.status).toBe(202);
    expect(repeated.body.outcome).toBe('created');
  });

  it('finds what was accepted although the answer was lost', async () => {
    const { call, agent, servers, log } = await apiStage();
    const require = servers.require;
    servers.require = async (handle) => {
      if (agent.commands.length > 0) {
        const operations = await require(handle);
        if (operations.status === 'force_rebuild')
          throw new OpsError('storage_unavailable', 'gone');
      }
      return require(handle);
    };
    const lost = await call('PATCH', path, { body: rebuild, headers: key('k1') });
    expect(lost.status).toBe(503);
    expect(log.lines.some(({ level }) => level === 'error')).toBe(true);
    servers.require = require;
    const again = await call('PATCH', path, { body: rebuild, headers: key('k1') });
    expect(again.body.outcome).toBe('replayed');
    expect(again.status).toBe(202);
  });

  it('answers although the record of the answer could not be stored', async () => {
    const { call, idempotency } = await apiStage();
    idempotency.complete = async () => {
      throw new OpsError('storage_unavailable', 'gone');
    };
    expect((await call('PATCH', path, { body: rebuild, headers: key('k1') })).status).toBe(202);
  });

  it.each(['', ' ', 'a b', 'ключ', 'x'.repeat(256)])('refuses the key "%s"', async (value) => {
    const { call, agent } = await apiStage();
    const answer = await call('PATCH', path, { body: rebuild, headers: key(value) });
    expect(answer.status).toBe(422);
    expect(agent.commands).toHaveLength(0);
  });

  it('stores neither a plain token nor a fast hash of a secret', async () => {
    const { call, idempotency, inputs } = await apiStage();
    const made = await call('POST', '/api/tokens', {
      body: { name: 'ci', scope: 'read' },
      headers: key('t1'),
    });
    expect(made.status).toBe(201);
    const again = await call('POST', '/api/tokens', {
      body: { name: 'ci', scope: 'read' },
      headers: key('t1'),
    });
    expect(again.body).toEqual({ ...made.body, token: null });
    const { id } = inputs.put(apiInput());
    const answer = { body: { secret: 'hunter2' }, headers: key('s1') };
    expect((await call('POST', `/api/input-requests/${id}/answer`, answer)).status).toBe(200);
    const replay = await call('POST', `/api/input-requests/${id}/answer`, answer);
    expect(replay.headers['idempotency-replayed']).toBe('true');
    const stored = JSON.stringify([...idempotency.rows]);
    expect(stored).not.toContain('hunter2');
    expect(stored).not.toContain(String(made.body.token));
  });

  it('salts and slows the hash of a body that holds a secret', async () => {
    const { call, idempotency, inputs } = await apiStage();
    const hashes: string[] = [];
    const begin = idempotency.begin;
    idempotency.begin = (scope, name, bodyHash) => {
      hashes.push(bodyHash);
      return begin(scope, name, bodyHash);
    };
    const { id } = inputs.put(apiInput());
    const answer = `/api/input-requests/${id}/answer`;
    for (const name of ['s1', 's2', 's1']) {
      await call('POST', answer, { body: { secret: 'hunter2' }, headers: key(name) });
    }
    expect(hashes[0]).not.toBe(hashes[1]);
    expect(hashes[0]).toBe(hashes[2]);
  });
});
