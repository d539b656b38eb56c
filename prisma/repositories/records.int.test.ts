import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Secret } from '#domain/secret.ts';
import { aServer } from '#test/builders/a-server.ts';
import { type TestRepositories, testRepositories } from '#test/builders/repositories.ts';

let stage: TestRepositories;
let all: TestRepositories['repositories'];
beforeAll(async () => {
  stage = await testRepositories();
  all = stage.repositories;
});
afterAll(() => stage.close());

describe('credentials', () => {
  it('stay until a newer one has proven itself', async () => {
    const { handle } = await aServer(all);
    const save = (text: string, verified?: boolean) =>
      all.credentials.save({
        ...{ serverHandle: handle, kind: 'ssh_key', user: 'root', secret: new Secret(text) },
        ...(verified === undefined ? {} : { verified }),
      });
    const current = async () => (await all.credentials.current(handle, 'ssh_key'))?.secret.reveal();
    const first = await save('first', true);
    const second = await save('second');
    expect(await current()).toBe('second');
    expect((await all.credentials.require(first.id)).supersededAt).toBeNull();
    await all.credentials.markVerified(second.id);
    expect((await all.credentials.require(first.id)).supersededAt).toBeInstanceOf(Date);
    expect((await all.credentials.require(first.id)).secret.reveal()).toBe('first');
    // An old one that opens the host again does not push aside what came after it.
    await all.credentials.markVerified(first.id);
    expect(await current()).toBe('second');
    expect(await all.credentials.current(handle, 'root_password')).toBeNull();
    expect(JSON.stringify(await save('third'))).not.toContain('third');
  });

  it('are not empty, and belong to a server', async () => {
    const { handle } = await aServer(all);
    const input = { serverHandle: handle, kind: 'ssh_key', user: 'root' } as const;
    const empty = all.credentials.save({ ...input, secret: new Secret('') });
    await expect(empty).rejects.toMatchObject({ code: 'invalid_input' });
    const lost = all.credentials.save({ ...input, serverHandle: 'none', secret: new Secret('x') });
    await expect(lost).rejects.toMatchObject({ code: 'not_found' });
    await expect(all.credentials.require('x')).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('host keys', () => {
  it('are replaced as a whole', async () => {
    const { handle } = await aServer(all);
    const old = [{ type: 'ssh-ed25519', key: 'AAAA' }];
    const fresh = [
      { type: 'ecdsa', key: 'BBBB' },
      { type: 'ssh-ed25519', key: 'CCCC' },
    ];
    await all.hostKeys.replace(handle, old, 'first contact');
    await all.hostKeys.replace(handle, [...fresh, ...fresh], 'reinstalled');
    expect(await all.hostKeys.list(handle)).toEqual(fresh);
    const audit = await stage.prisma.auditEvent.findMany({ where: { target: handle } });
    expect(JSON.stringify(audit.at(-1)?.data)).toContain('reinstalled');
  });
});

describe('incidents', () => {
  const open = (serverHandle: string, type: 'disk_full' | 'server_unreachable' = 'disk_full') =>
    all.incidents.open({
      ...{ serverHandle, type, severity: 'error', details: 'Full', operationId: null },
    });
  const page = { offset: 0, limit: 10 };

  it('open once per target and type, ten times at once', async () => {
    const { handle } = await aServer(all);
    const opened = await Promise.all(Array.from({ length: 10 }, () => open(handle)));
    expect(new Set(opened.map((incident) => incident.id)).size).toBe(1);
    const incidentId = opened[0]?.id ?? '';
    expect(await stage.prisma.incidentEvent.count({ where: { incidentId } })).toBe(10);
    expect((await all.servers.require(handle)).lastIncident).toEqual(opened[0]?.detectedAt);
    await open(handle, 'server_unreachable');
    const list = await all.incidents.list({ serverHandle: handle, status: ['detected'] }, page);
    expect(list.total).toBe(2);
  });

  it('may be of something that is no server', async () => {
    expect(await open('account:time4vps')).toMatchObject({ serverHandle: 'account:time4vps' });
  });

  it('are taken, tried, and closed until the same comes back', async () => {
    const { handle } = await aServer(all);
    const { id } = await open(handle);
    const update = (patch: Parameters<typeof all.incidents.update>[1]) =>
      all.incidents.update(id, patch, 'tg:1');
    expect(await update({ takenBy: 'tg:1' })).toMatchObject({ takenAt: expect.any(Date) });
    expect(await update({ status: 'recovering' })).toMatchObject({ recoveryAttempts: 1 });
    expect(await update({ status: 'recovering' })).toMatchObject({ recoveryAttempts: 1 });
    expect(await update({ status: 'resolved', closeReason: 'cleaned' })).toMatchObject({
      ...{ status: 'resolved', closedBy: 'tg:1', closeReason: 'cleaned' },
      resolvedAt: expect.any(Date),
    });
    await expect(update({ status: 'detected' })).rejects.toMatchObject({
      code: 'illegal_transition',
    });
    expect(await open(handle)).toMatchObject({ id, status: 'detected', reopened: 1 });
    await expect(all.incidents.update('x', {}, 'y')).rejects.toMatchObject({ code: 'not_found' });
  });

  it('are resolved by what a success proves', async () => {
    const { handle } = await aServer(all);
    const [disk] = [await open(handle), await open(handle, 'server_unreachable')];
    const resolved = await all.incidents.resolve(handle, ['disk_full', 'flapping'], 'Room again');
    expect(resolved).toMatchObject([
      { id: disk.id, status: 'resolved', closeReason: 'Room again' },
    ]);
    expect(await all.incidents.resolve(handle, ['disk_full'], 'again')).toEqual([]);
    expect((await all.incidents.find(disk.id))?.closedBy).toBe('agent');
  });
});

describe('idempotency', () => {
  const begin = (key: string, hash = 'h') => all.idempotency.begin('token', key, hash);

  it('lets one of ten in, and tells the answer word for word', async () => {
    const begun = await Promise.all(Array.from({ length: 10 }, () => begin('a')));
    expect(begun.filter(({ state }) => state === 'fresh')).toHaveLength(1);
    expect(begun.filter(({ state }) => state === 'in_progress')).toHaveLength(9);
    const body = { z: 1, a: [null, 'ж'], nested: { y: 2, b: 3 } };
    await all.idempotency.complete('token', 'a', 202, body);
    const replay = await begin('a');
    expect(replay).toEqual({ state: 'replay', status: 202, body });
    expect(JSON.stringify('body' in replay && replay.body)).toBe(JSON.stringify(body));
    expect(await begin('a', 'other')).toEqual({ state: 'mismatch' });
    expect(await all.idempotency.begin('other token', 'a', 'h')).toEqual({ state: 'fresh' });
  });

  it('frees a key that was given up, not one that was answered', async () => {
    await begin('b');
    await all.idempotency.abandon('token', 'b');
    expect(await begin('b', 'other')).toEqual({ state: 'fresh' });
    await all.idempotency.complete('token', 'b', 204, undefined);
    await all.idempotency.abandon('token', 'b');
    expect(await begin('b', 'other')).toEqual({ state: 'replay', status: 204, body: null });
  });

  it('frees a key whose request died, and forgets after a week', async () => {
    await begin('c');
    const age = (interval: string) =>
      stage.prisma.$executeRawUnsafe(
        `UPDATE idempotency_record SET started_at = now() - interval '${interval}' WHERE key = 'c'`,
      );
    await age('4 minutes');
    expect(await begin('c')).toEqual({ state: 'in_progress' });
    await age('6 minutes');
    expect(await begin('c', 'other')).toEqual({ state: 'mismatch' });
    expect(await begin('c')).toEqual({ state: 'fresh' });
    await all.idempotency.complete('token', 'c', 200, {});
    await age('8 days');
    await begin('d');
    expect(await stage.prisma.idempotencyRecord.count({ where: { key: 'c' } })).toBe(0);
  });
});

describe('the fleet', () => {
  it('tells the former heartbeat, and one worker of a gap', async () => {
    expect(await all.fleet.heartbeat(new Date(1000))).toBeNull();
    expect(await all.fleet.heartbeat(new Date(9000))).toEqual(new Date(1000));
    const later = await Promise.all([1, 2, 3].map(() => all.fleet.heartbeat(new Date(99_000))));
    expect(later.filter((before) => before?.getTime() === 9000)).toHaveLength(1);
    await all.fleet.heartbeat(new Date(50_000));
    expect(await all.fleet.heartbeat(new Date(99_500))).toEqual(new Date(99_000));
  });
});
