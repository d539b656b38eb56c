import { afterEach, describe, expect, test } from 'vitest';
import { createSimControl } from './control-client.ts';
import type { FaultSpec } from './faults.ts';
import { createMemoryMachines } from './in-memory.ts';
import { PASSWORD_FORMS } from './passwords.ts';
import { createTime4VpsSimulator } from './simulator.ts';

const credentials = { login: 'me', password: 'secret' };
const authorization = `Basic ${Buffer.from('me:secret').toString('base64')}`;

const open: Array<() => Promise<void>> = [];
afterEach(async () => {
  for (const stop of open.splice(0)) await stop();
});

async function setUp(...specs: FaultSpec[]) {
  const machines = createMemoryMachines();
  const simulator = createTime4VpsSimulator({ machines, credentials, taskMs: 0, log: () => {} });
  const { url, controlUrl } = await simulator.start();
  open.push(() => simulator.stop());
  await simulator.addServer();
  for (const spec of specs) simulator.faults.set(spec);
  const raw = (method: string, path: string, signal?: AbortSignal) =>
    fetch(`${url}${path}`, { method, headers: { authorization }, ...(signal && { signal }) });
  const call = async (method: string, path: string) => {
    const response = await raw(method, path);
    return { status: response.status, body: JSON.parse(await response.text()) };
  };
  const reset = async () => {
    await call('POST', '/server/1001/resetpassword');
    await simulator.idle();
    return (await call('GET', '/server/1001/task/server_reset_password')).body;
  };
  const machine = () => machines.machine('1001');
  return { simulator, machines, machine, raw, call, reset, controlUrl };
}

describe('refusals', () => {
  test('throttled polls name their seconds, and stop after their count', async () => {
    const { call, reset } = await setUp();
    await reset();
    const { call: other, simulator } = await setUp({ name: 'throttle', count: 2, value: 7 });
    const path = '/server/1001/task/server_reset_password';
    const throttled = { error: [['wait_x_between_action', 7], 'unauthorized'] };
    expect((await call('GET', '/server')).status).toBe(200);
    expect((await other('GET', '/server')).status).toBe(200);
    expect(await other('GET', path)).toEqual({ status: 401, body: throttled });
    expect(await other('GET', path)).toEqual({ status: 401, body: throttled });
    expect((await other('GET', path)).status).toBe(200);
    expect(simulator.records().map(({ outcome }) => outcome)).toEqual([
      'ok',
      'throttle',
      'throttle',
      'error: Invalid task ID',
    ]);
  });

  test.each([
    ['wrong_login', 401, { error: ['wronglogin', 'unauthorized'] }],
    ['ip_not_allowed', 401, { error: ['ipnotallowed', 'unauthorized'] }],
    ['error_in_200', 200, { error: ['wronglogin', 'unauthorized'] }],
  ] as const)('%s', async (name, status, body) => {
    const { call } = await setUp({ name, count: 1 });
    expect(await call('GET', '/server')).toEqual({ status, body });
    expect((await call('GET', '/server')).body).toHaveLength(1);
  });

  test('busy starts nothing, and answers questions', async () => {
    const { call, simulator, machine } = await setUp({ name: 'busy' });
    const before = machine().password;
    expect((await call('POST', '/server/1001/resetpassword')).body.error[0]).toMatch(/busy/);
    expect((await call('GET', '/server/1001')).status).toBe(200);
    await simulator.idle();
    expect(machine().password).toBe(before);
  });

  test.each([
    ['http_500', 500],
    ['http_502', 502],
  ] as const)('%s is a page, and nothing was done', async (name, status) => {
    const { raw, simulator } = await setUp({ name, on: 'reboot' });
    const response = await raw('POST', '/server/1001/reboot');
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toMatch(/html/);
    expect(await response.text()).toContain('<html>');
    expect(simulator.servers()[0]?.tasks).toEqual([]);
  });
});

describe('broken answers', () => {
  test('answer_lost: acted, though the caller cannot know', async () => {
    const { raw, machine, simulator, call } = await setUp({
      ...{ name: 'answer_lost', on: 'reset_password', count: 1 },
    });
    const before = machine().password;
    await expect(raw('POST', '/server/1001/resetpassword')).rejects.toThrow();
    await simulator.idle();
    expect(machine().password).not.toBe(before);
    const found = await call('GET', '/server/1001/task/server_reset_password');
    expect(found.body.results).toContain(machine().password);
  });

  test('reset_before: not acted', async () => {
    const { raw, machine, simulator } = await setUp({ name: 'reset_before', count: 1 });
    const before = machine().password;
    await expect(raw('POST', '/server/1001/resetpassword')).rejects.toThrow();
    await simulator.idle();
    expect(machine().password).toBe(before);
    expect(simulator.records().map(({ outcome }) => outcome)).toEqual(['reset_before']);
  });

  test('malformed_json: acted', async () => {
    const { raw, simulator } = await setUp({ name: 'malformed_json', count: 1 });
    const text = await (await raw('POST', '/server/1001/reboot')).text();
    expect(() => JSON.parse(text)).toThrow();
    expect(simulator.servers()[0]?.tasks).toHaveLength(1);
  });

  test('hang: no answer until the caller gives up, and the simulator still stops', async () => {
    const { raw, simulator } = await setUp({ name: 'hang', on: 'list' });
    await expect(raw('GET', '/server', AbortSignal.timeout(50))).rejects.toThrow();
    const waiting = raw('GET', '/server').catch(() => 'closed');
    await expect.poll(() => simulator.records().length).toBe(2);
    await simulator.stop();
    expect(await waiting).toBe('closed');
    open.splice(0);
  });
});

describe('what the provider says of servers', () => {
  test('empty and half lists, and a suspended one', async () => {
    const { call, simulator } = await setUp();
    for (let i = 0; i < 3; i++) await simulator.addServer();
    simulator.faults.set({ name: 'half_list', count: 1 });
    expect((await call('GET', '/server')).body).toHaveLength(2);
    simulator.faults.set({ name: 'empty_list', count: 1 });
    expect((await call('GET', '/server')).body).toEqual([]);
    expect((await call('GET', '/server')).body).toHaveLength(4);
    simulator.faults.set({ name: 'suspended', serverId: 1002 });
    expect((await call('GET', '/server/1001')).body.status).toBe('Active');
    expect((await call('GET', '/server/1002')).body.status).toBe('Suspended');
    expect((await call('GET', '/service/1002')).body.service.status).toBe('Suspended');
  });
});

describe('tasks', () => {
  test('an endless one stays active and did nothing', async () => {
    const { reset, machine, call } = await setUp({ name: 'endless_task' });
    const before = machine().password;
    expect(await reset()).toMatchObject({ completed: '', results: '' });
    expect(machine().password).toBe(before);
    expect((await call('GET', '/server/1001')).body.active_task).not.toBeNull();
  });

  test('a failed one says so and did nothing', async () => {
    const { reset, machine, simulator } = await setUp({ name: 'failed_task', count: 1 });
    const before = machine().password;
    const failed = await reset();
    expect(failed.completed).not.toBe('');
    expect(failed.results).toMatch(/^Error: /);
    expect(machine().password).toBe(before);
    expect(simulator.records().find(({ method }) => method === 'TASK')?.outcome).toBe('failed');
    expect((await reset()).results).toContain(machine().password);
  });

  test('no_password changes it and does not tell it', async () => {
    const { reset, machine } = await setUp({ name: 'no_password' });
    const before = machine().password;
    const { results } = await reset();
    expect(machine().password).not.toBe(before);
    expect(results).not.toContain(machine().password);
  });

  test('password_login_off', async () => {
    const { reset, machine } = await setUp({ name: 'password_login_off' });
    await reset();
    expect(machine().passwordLogin).toBe(false);
  });

  test.each(PASSWORD_FORMS)('results in the form %s hold the password', async (form) => {
    const { reset, machine } = await setUp({ name: 'password_form', value: form });
    const { results } = (await reset()) as { results: string };
    const { password } = machine();
    const escaped = password.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
    expect(results).toContain(form === 'html_entities' ? `&quot;${escaped}&quot;` : password);
    expect(results.includes('innerHTML')).toBe(form.startsWith('html'));
  });
});

describe('where and when a fault strikes', () => {
  test('one server, one call, after some calls, so many times', async () => {
    const { call, simulator } = await setUp();
    await simulator.addServer();
    const status = async (id: number) => (await call('GET', `/server/${id}`)).body.error ?? 'ok';
    simulator.faults.set({
      ...{ name: 'error_in_200', on: 'details', serverId: 1002, after: 1, count: 1, value: 'x' },
    });
    expect(await status(1001)).toBe('ok');
    expect(await status(1002)).toBe('ok');
    expect((await call('GET', '/server/1002/oses')).body.error).toBeUndefined();
    expect(await status(1002)).toEqual(['x', 'unauthorized']);
    expect(await status(1002)).toBe('ok');
    expect(simulator.faults.list()[0]?.struck).toBe(1);
  });
});

describe('control address', () => {
  test('drives everything from another process, and refuses a wrong token', async () => {
    const { controlUrl, simulator, machine } = await setUp();
    const wrong = createSimControl({ controlUrl, token: 'guess' });
    await expect(wrong.servers()).rejects.toThrow(/401/);
    const control = createSimControl({ controlUrl, token: simulator.controlToken });
    const bought = await control.addServer({ label: 'web' });
    expect(bought).toMatchObject({ id: 1002, label: 'web' });
    expect(bought.password).toHaveLength(16);
    expect((await control.servers()).map(({ id }) => id)).toEqual([1001, 1002]);
    await control.mishap(1001, 'stop');
    expect(machine().running).toBe(false);
    expect(await control.snapshot(1001)).toEqual({ image: 'memory:1001' });
    const fault = await control.setFault({ name: 'busy', serverId: 1001 });
    expect(await control.faults()).toMatchObject([{ id: fault.id, name: 'busy' }]);
    await control.clearFaults(fault.id);
    expect(await control.faults()).toEqual([]);
    expect((await control.settings({ taskMs: 5 })).taskMs).toBe(5);
    expect(simulator.settings.taskMs).toBe(5);
    await control.removeServer(1002);
    expect(simulator.servers()).toHaveLength(1);
    expect(await control.records()).toEqual([]); // its own calls are no calls of the provider
    await expect(control.mishap(7, 'stop')).rejects.toThrow(/no server 7/);
    const typo = { name: 'bussy' } as unknown as FaultSpec;
    await expect(control.setFault(typo)).rejects.toThrow(/must be one of/);
  });
});
