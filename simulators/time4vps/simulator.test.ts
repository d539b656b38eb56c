import { afterEach, describe, expect, test } from 'vitest';
import { createMemoryMachines } from './in-memory.ts';
import { createTime4VpsSimulator } from './simulator.ts';
import { createTestClock } from './test-clock.ts';

const credentials = { login: 'me@example.net', password: 'p:ä#' };
const basic = (login: string, password: string) =>
  `Basic ${Buffer.from(`${login}:${password}`).toString('base64')}`;

const open: Array<() => Promise<void>> = [];
afterEach(async () => {
  for (const stop of open.splice(0)) await stop();
});

async function setUp() {
  const machines = createMemoryMachines();
  const clock = createTestClock();
  const simulator = createTime4VpsSimulator({
    ...{ machines, credentials, clock, taskMs: 1_000, log: () => {} },
  });
  const { url } = await simulator.start();
  open.push(() => simulator.stop());
  const bought = await simulator.addServer();
  const call = async (method: string, path: string, body?: unknown, login = credentials.login) => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { authorization: basic(login, credentials.password) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: JSON.parse(await response.text()) };
  };
  /** Starts an action and lets its task end. */
  const finish = async (path: string, body?: unknown) => {
    const { body: started } = await call('POST', `/server/1001/${path}`, body);
    await clock.runAll(simulator.idle());
    return (await call('GET', `/server/1001/task/${started.task_id}`)).body;
  };
  return {
    simulator,
    machines,
    clock,
    call,
    finish,
    bought,
    machine: () => machines.machine('1001'),
  };
}

describe('shapes', () => {
  test('list, details, systems and service', async () => {
    const { call, bought } = await setUp();
    const list = await call('GET', '/server');
    expect(list.status).toBe(200);
    expect(list.body).toEqual([
      {
        server_id: 1001,
        domain: 'vps-1001.example.net',
        ip: bought.ip,
        date_created: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
        synch_date: expect.stringMatching(/\+02:00$/),
        label: 'VPS 1001',
        type: 'linux',
      },
    ]);
    const details = (await call('GET', '/server/1001')).body;
    expect(details).toMatchObject({ status: 'Active', ip: bought.ip, active_task: null });
    expect(details).not.toHaveProperty('server_id');
    expect(details.last_tasks).toEqual([]);
    expect((await call('GET', '/server/1001/oses')).body).toContainEqual({
      os: 'kvm-ubuntu-24.04-gpt-x86_64',
      title: 'Ubuntu 24.04 (64-bit)',
    });
    expect((await call('GET', '/service/1001')).body.service.status).toBe('Active');
  });

  test('a task is activated, assigned and completed in time, and busy meanwhile', async () => {
    const { call, clock, simulator, machine } = await setUp();
    const before = machine().password;
    const started = await call('POST', '/server/1001/resetpassword');
    const path = `/server/1001/task/${started.body.task_id}`;
    expect((await call('GET', path)).body).toEqual({
      name: 'server_reset_password',
      activated: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+02:00$/),
      ...{ assigned: '', completed: '', results: '' },
    });
    expect((await call('GET', '/server/1001')).body.active_task.name).toBe('server_reset_password');
    expect((await call('POST', '/server/1001/reboot')).body).toEqual({
      error: ['Server is busy: server_reset_password'],
    });
    await clock.run(300);
    const assigned = (await call('GET', path)).body;
    expect(assigned.assigned).not.toBe('');
    expect(assigned).toMatchObject({ completed: '', results: '' });
    await clock.runAll(simulator.idle());
    const done = (await call('GET', '/server/1001/task/server_reset_password')).body;
    expect(done.completed).not.toBe('');
    expect(done.results).toBe(`Password: ${machine().password}`);
    expect(machine().password).not.toBe(before);
    const details = (await call('GET', '/server/1001')).body;
    expect(details.active_task).toBeNull();
    expect(details.last_tasks).toEqual([done]);
  });

  test('a task by name is the latest of its kind; unknown ones and servers are told', async () => {
    const { call, finish } = await setUp();
    const unknown = { status: 200, body: { error: ['Invalid task ID'] } };
    expect(await call('GET', '/server/1001/task/server_reboot')).toEqual(unknown);
    await finish('resetpassword');
    const second = await finish('resetpassword');
    expect((await call('GET', '/server/1001/task/server_reset_password')).body).toEqual(second);
    expect(await call('GET', '/server/1001/task/77')).toEqual(unknown);
    expect((await call('GET', '/server/9')).body).toEqual({ error: ['Server not found'] });
  });

  test('a reinstall gives a new disk at the same address, and a password', async () => {
    const { finish, machine, call } = await setUp();
    const { ip, hostKey, machineId } = machine();
    machine().files.add('/root/marker');
    const { name, results } = await finish('reinstall', { os: 'kvm-debian-13-x86_64' });
    expect(name).toBe('server_recreate');
    expect(results).toBe(`Password: ${machine().password}`);
    expect(machine().files.size).toBe(0);
    expect(machine().hostKey).not.toBe(hostKey);
    expect(machine().machineId).not.toBe(machineId);
    expect((await call('GET', '/server/1001')).body).toMatchObject({
      ip,
      os: 'kvm-debian-13-x86_64',
    });
    const refused = await call('POST', '/server/1001/reinstall', { os: 'kvm-plan9' });
    expect(refused.body).toEqual({ error: ['Invalid OS'] });
  });

  test('a reboot keeps the disk; whether it starts a stopped server is a switch', async () => {
    const { finish, machine, machines, simulator } = await setUp();
    machine().files.add('/root/marker');
    const first = machine().bootId;
    await finish('reboot');
    expect(machine().bootId).not.toBe(first);
    expect(machine().files).toContain('/root/marker');
    await machines.mishap('1001', 'stop', AbortSignal.timeout(1_000));
    simulator.settings.rebootStartsStopped = false;
    await finish('reboot');
    expect(machine().running).toBe(false);
    simulator.settings.rebootStartsStopped = true;
    await finish('reboot');
    expect(machine().running).toBe(true);
  });

  test('the console and the firewall', async () => {
    const { finish, call, machine } = await setUp();
    machine().firewall = true;
    expect((await finish('webconsole', { timeout: '1h' })).results).toMatch(/^https:/);
    expect((await call('POST', '/server/1001/webconsole', {})).body.error).toBeDefined();
    await finish('flushfirewall');
    expect(machine().firewall).toBe(false);
  });
});

describe('login', () => {
  test('a wrong login is refused before anything is told or done', async () => {
    const { call, machine } = await setUp();
    const before = machine().password;
    const answer = await call('POST', '/server/1001/resetpassword', undefined, 'other');
    expect(answer).toEqual({ status: 401, body: { error: ['wronglogin', 'unauthorized'] } });
    expect(machine().password).toBe(before);
  });
});

describe('records', () => {
  test('every call and every finished task, without passwords', async () => {
    const { finish, simulator, machine } = await setUp();
    const task = await finish('resetpassword');
    const records = simulator.records();
    expect(records.map(({ method, action, outcome }) => `${method} ${action} ${outcome}`)).toEqual([
      'POST reset_password ok',
      'TASK reset_password done',
      'GET task ok',
    ]);
    expect(records[1]).toMatchObject({ serverId: 1001, taskId: records[0]?.taskId });
    expect(task.results).toContain(machine().password);
    expect(JSON.stringify(records)).not.toContain(machine().password);
  });
});

test('a restart over the same machines loses no server and reuses no number', async () => {
  const { simulator, machines } = await setUp();
  await simulator.addServer({ label: 'second' });
  await simulator.stop();
  const next = createTime4VpsSimulator({ machines, credentials, log: () => {} });
  await next.start();
  open.push(() => next.stop());
  expect(next.servers().map(({ id, meta }) => [id, meta.label])).toEqual([
    [1001, 'VPS 1001'],
    [1002, 'second'],
  ]);
  expect((await next.addServer()).id).toBe(1003);
});
