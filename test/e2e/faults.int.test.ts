import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDesk } from './fault-desk.ts';
import { createMemoryStage, type MemoryStage } from './memory-stage.ts';
import { dumpDatabase, foundIn } from './secret-hunt.ts';

/** Of servers that are on the list of managed ones; each test has its own. */
const MANAGED = Array.from({ length: 20 }, (_, index) => 1001 + index).join(',');

describe.concurrent('one server at a time goes wrong', { timeout: 300_000 }, () => {
  let stage: MemoryStage;
  let desk: ReturnType<typeof createDesk>;

  beforeAll(async () => {
    stage = await createMemoryStage({ TIME4VPS_MANAGED_SERVER_IDS: MANAGED });
    desk = createDesk(stage);
    await stage.until('a first sync', 20, async () =>
      stage.sim.records().some(({ action }) => action === 'list'),
    );
  });
  afterAll(() => stage?.remove());

  it('bad requests are refused with what would be right, and change nothing', async () => {
    await stage.sim.addServer({ id: 2001 });
    await desk.becomes('vps-2001', 'discovered');
    const { handle } = await desk.ready(1001);

    const unmanaged = await desk.rebuild('vps-2001');
    expect(unmanaged).toMatchObject({ status: 409, body: { code: 'not_managed' } });
    const unknown = await desk.rebuild('vps-9999');
    expect(unknown).toMatchObject({ status: 404, body: { code: 'not_found' } });
    const broken = await stage.call('PATCH', `/api/servers/${handle}`, '{"status":');
    expect(broken).toMatchObject({ status: 400, body: { code: 'invalid_input' } });
    const illegal = await stage.call('PATCH', `/api/servers/${handle}`, { status: 'provisioning' });
    expect(illegal.status).toBe(409);
    expect(JSON.stringify(illegal.body)).toContain('force_rebuild');
    const odd = await stage.call('PATCH', `/api/servers/${handle}`, { status: 'rebuilt' });
    expect(odd.status).toBe(422);

    await stage.call('PATCH', `/api/servers/${handle}`, { hands_off: true });
    expect(await desk.rebuild(handle)).toMatchObject({ status: 409, body: { code: 'hands_off' } });
    await stage.call('PATCH', `/api/servers/${handle}`, { hands_off: false });
    await stage.call('PATCH', `/api/servers/${handle}`, { status: 'reserved' });
    expect(await desk.rebuild(handle)).toMatchObject({
      status: 409,
      body: { code: 'not_managed', details: { status: 'reserved' } },
    });
    expect(await desk.operations(handle)).toHaveLength(1);
    expect(await desk.operations('vps-2001')).toHaveLength(0);
    expect([desk.asked(1001, 'reinstall'), desk.asked(2001, 'reinstall')]).toEqual([0, 0]);
  });

  it('many force_rebuilds at once are one operation, and each caller is told so', async () => {
    const { handle } = await desk.ready(1002);
    const answers = await Promise.all(Array.from({ length: 8 }, () => desk.rebuild(handle)));
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(202));
    expect(new Set(answers.map(({ body }) => body.operation.id)).size).toBe(1);
    expect(answers.filter(({ body }) => body.outcome === 'created')).toHaveLength(1);
    expect(answers.filter(({ body }) => body.outcome === 'joined')).toHaveLength(7);
    const other = await desk.rebuild(handle, 'reset');
    expect(other).toMatchObject({ status: 409, body: { code: 'conflict' } });
    await desk.becomes(handle, 'ready');
    expect(desk.asked(1002, 'reinstall')).toBe(1);
    expect(await desk.operations(handle)).toHaveLength(2);
  });

  it('a host that refuses passwords after the reset waits for a key put in by hand', async () => {
    stage.sim.faults.set({ name: 'password_login_off', serverId: 1003 });
    const { handle, ip } = await desk.buy(1003);
    const question = await desk.question(handle, 90);
    expect(question.kind).toBe('confirm');
    const [key = ''] = /ssh-ed25519 [A-Za-z0-9+/=]+/.exec(question.question) ?? [];
    await desk.told('authorized_keys');
    const wrong = await stage.call('POST', `/api/input-requests/${question.id}/answer`, {
      secret: 'not what was asked',
    });
    expect(wrong.status).toBe(422);
    stage.hosts.at(ip)?.authorizedKeys.add(key);
    await stage.call('POST', `/api/input-requests/${question.id}/answer`, { done: true });
    await desk.becomes(handle, 'ready');
    expect(desk.asked(1003, 'reset_password')).toBe(1);
  });

  it('a password that the provider does not tell is entered by a human, and stored in no clear text', async () => {
    stage.sim.faults.set({ name: 'no_password', serverId: 1004 });
    const { handle, ip } = await desk.buy(1004);
    const question = await desk.question(handle);
    expect(question.kind).toBe('secret');
    const secret = stage.hosts.at(ip)?.passwords.get('root') ?? '';
    stage.playbooks.of(handle).hang('provision_software', true);
    const answer = () =>
      stage.call('POST', `/api/input-requests/${question.id}/answer`, { secret });
    expect((await answer()).status).toBe(200);
    expect((await answer()).status).toBe(409);
    await stage.until('the playbook to run', 60, async () =>
      stage.playbooks.of(handle).runs.some(({ playbook }) => playbook === 'provision_software'),
    );
    // in the midst of the operation its checkpoints are there
    const dump = await dumpDatabase(stage.database.url());
    const found = [...dump].filter(([, text]) => foundIn({ secret }, text).length > 0);
    expect(found.map(([table]) => table)).toEqual([]);
    expect([...dump].find(([t]) => t.endsWith('.checkpoints'))?.[1].length).toBeGreaterThan(0);
    expect(dump.get('public.credential')?.length).toBeGreaterThan(0);
    expect(foundIn({ secret }, stage.log())).toEqual([]);
    expect(foundIn({ secret }, JSON.stringify(stage.telegram.calls))).toEqual([]);
    stage.playbooks.of(handle).hang('provision_software', false);
    await stage.call('POST', `/api/operations/${(await desk.last(handle)).id}/cancel`, {});
    await desk.becomes(handle, 'error');
  });

  it('a playbook that fails half-way is tried again after a while, without another reset', async () => {
    stage.playbooks.of('vps-1005').failNext('provision_software', 'the mirror went away');
    const { handle } = await desk.buy(1005);
    await desk.becomes(handle, 'ready');
    const done = await desk.last(handle);
    expect(done).toMatchObject({ kind: 'provision', status: 'succeeded', attempt: 2 });
    expect(await desk.operations(handle)).toHaveLength(1);
    expect(desk.asked(1005, 'reset_password')).toBe(1);
    expect(await desk.incidents(handle)).toMatchObject([
      { incident_type: 'provisioning_failed', status: 'resolved' },
    ]);
    await desk.told('the mirror went away');
  });

  it('after the last attempt it is an error with its reason, and a human may order a rebuild', async () => {
    const fault = stage.sim.faults.set({ name: 'failed_task', serverId: 1006 });
    const { handle } = await desk.buy(1006);
    await desk.becomes(handle, 'error');
    const given = await desk.last(handle);
    expect(given).toMatchObject({ status: 'failed', attempt: 3 });
    expect(given.error?.message).toMatch(/reset/i);
    expect(desk.asked(1006, 'reset_password')).toBe(3);
    expect((await desk.incidents(handle)).map(({ status }) => status)).toEqual(['detected']);
    stage.sim.faults.clear(fault.id);
    expect((await desk.rebuild(handle)).status).toBe(202);
    await desk.becomes(handle, 'ready');
    expect(await desk.last(handle)).toMatchObject({ status: 'succeeded', attempt: 1 });
    expect((await desk.incidents(handle)).map(({ status }) => status)).toEqual(['resolved']);
  });

  it('a cancelled operation ends its playbook and can be ordered again', async () => {
    const playbooks = stage.playbooks.of('vps-1007');
    playbooks.hang('provision_software', true);
    const { handle } = await desk.buy(1007);
    await stage.until('the playbook to run', 60, async () =>
      playbooks.runs.some(({ playbook }) => playbook === 'provision_software'),
    );
    const { id } = await desk.last(handle);
    const cancelled = await stage.call('POST', `/api/operations/${id}/cancel`, {});
    expect(cancelled.status).toBeLessThan(300);
    await stage.until(
      'the operation to end',
      30,
      async () => (await desk.last(handle)).status === 'cancelled',
    );
    expect((await stage.call('POST', `/api/operations/${id}/cancel`, {})).status).toBe(409);
    expect(await desk.statusOf(handle)).toBe('error');
    playbooks.hang('provision_software', false);
    expect((await desk.rebuild(handle, 'reset')).status).toBe(202);
    await desk.becomes(handle, 'ready');
  });

  it('an answer of the provider that is lost does not repeat what it did', async () => {
    const { handle } = await desk.ready(1008);
    stage.sim.faults.set({ name: 'answer_lost', serverId: 1008, on: 'reinstall', count: 1 });
    await desk.rebuild(handle);
    await desk.becomes(handle, 'ready', 90);
    expect(desk.asked(1008, 'reinstall')).toBe(1);
  });
});
