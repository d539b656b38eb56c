import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { toOpsError } from '#domain/errors.ts';
import { PASSWORD_FORMS } from '#simulators/time4vps/passwords.ts';
import { openTime4Vps, type Time4VpsHarness } from '#test/builders/time4vps-stage.ts';

describe('time4vps against the simulated API', () => {
  const signal = new AbortController().signal;
  let harness: Time4VpsHarness;
  beforeEach(async () => {
    harness = await openTime4Vps();
  });
  afterEach(() => harness.close());
  const failure = async (work: Promise<unknown>) => {
    const error = await work.then(() => null, toOpsError);
    expect(error).not.toBeNull();
    return error;
  };

  it('lists servers by server_id', async () => {
    await harness.simulator.addServer({ label: 'second' });
    const listed = await harness.provider.list(signal);
    expect(listed.map(({ ref, label }) => [ref, label])).toEqual([
      ['1001', 'first'],
      ['1002', 'second'],
    ]);
    expect(listed[0]).toMatchObject({ sshPort: 22, ipv6: null, hostname: 'vps-1001.example.net' });
  });

  it('names the OS templates', async () => {
    const systems = await harness.provider.systems(harness.ref, signal);
    expect(systems).toContainEqual({ id: 'kvm-debian-12-x86_64', title: 'Debian 12 (64-bit)' });
  });

  it('tells of a Windows machine by its user', async () => {
    const { id } = await harness.simulator.addServer({ os: 'kvm-win-2022-x86_64' });
    expect((await harness.provider.facts(String(id), signal)).user).toBe('Administrator');
  });

  it.each(PASSWORD_FORMS)('reads the password in the form %s', async (form) => {
    harness.simulator.settings.passwordForm = form;
    await harness.provider.start(harness.ref, 'reset_password', {}, signal);
    await harness.simulator.idle();
    const task = await harness.provider.latest(harness.ref, 'reset_password', signal);
    expect(task?.password?.reveal()).toBe(harness.rootPassword());
  });

  it('reinstalls with the OS the server has, or the one it is told', async () => {
    for (const os of [undefined, 'kvm-debian-13-x86_64']) {
      await harness.provider.start(harness.ref, 'reinstall', { os }, signal);
      await harness.simulator.idle();
      const facts = await harness.provider.facts(harness.ref, signal);
      expect(facts.os).toBe(os ?? 'kvm-debian-12-x86_64');
    }
    const options = { os: 'kvm-plan-9' };
    const error = await failure(harness.provider.start(harness.ref, 'reinstall', options, signal));
    expect(error).toMatchObject({ code: 'invalid_input' });
    expect(error?.hint).toContain('REINSTALL_OS');
  });

  it('leaves a busy server alone: its running task is seen before anything is sent', async () => {
    harness.simulator.faults.set({ name: 'endless_task' });
    await harness.provider.start(harness.ref, 'reboot', {}, signal);
    expect((await harness.provider.facts(harness.ref, signal)).activeTask).toBe('server_reboot');
    const error = await failure(harness.provider.start(harness.ref, 'reinstall', {}, signal));
    expect(error?.code).toBe('busy');
    const posts = harness.simulator.records().filter(({ method }) => method === 'POST');
    expect(posts.map(({ action }) => action)).toEqual(['reboot']);
    const task = await harness.provider.latest(harness.ref, 'reboot', signal);
    expect(task?.state).toBe('running');
  });

  it('starts nothing on a suspended server', async () => {
    harness.simulator.faults.set({ name: 'suspended' });
    expect((await harness.provider.facts(harness.ref, signal)).state).toBe('suspended');
    const error = await failure(harness.provider.start(harness.ref, 'reinstall', {}, signal));
    expect(error?.code).toBe('suspended');
    expect(harness.starts()).toBe(0);
  });

  it('tells a failed task from a done one, and why it failed', async () => {
    harness.simulator.faults.set({ name: 'failed_task' });
    await harness.provider.start(harness.ref, 'reset_password', {}, signal);
    await harness.simulator.idle();
    const task = await harness.provider.latest(harness.ref, 'reset_password', signal);
    expect(task?.state).toBe('failed');
    expect(task?.message).toContain('the node did not answer');
  });

  it('says so when a reset gave no password', async () => {
    harness.simulator.faults.set({ name: 'no_password' });
    await harness.provider.start(harness.ref, 'reset_password', {}, signal);
    await harness.simulator.idle();
    const task = await harness.provider.latest(harness.ref, 'reset_password', signal);
    expect(task).toMatchObject({ state: 'done', password: null });
    expect(task?.message).toContain('no password');
  });

  it.each([
    ['ip_not_allowed', 'upstream_login', 'no'],
    ['error_in_200', 'upstream_login', 'no'],
    ['http_502', 'unavailable', 'soon'],
    ['reset_before', 'unavailable', 'soon'],
    ['malformed_json', 'upstream', 'later'],
  ] as const)('reading under %s is %s', async (name, code, retry) => {
    harness.simulator.faults.set({ name });
    expect(await failure(harness.provider.list(signal))).toMatchObject({ code, retry });
  });

  it.each(['http_502', 'malformed_json', 'reset_before'] as const)(
    'a start under %s may have happened',
    async (name) => {
      harness.simulator.faults.set({ name, on: 'reboot', count: 1 });
      const error = await failure(harness.provider.start(harness.ref, 'reboot', {}, signal));
      expect(error?.code).toBe('unknown_outcome');
    },
  );

  it('a throttled start did not happen', async () => {
    harness.simulator.faults.set({ name: 'throttle', on: 'reboot', value: 12 });
    const error = await failure(harness.provider.start(harness.ref, 'reboot', {}, signal));
    expect(error).toMatchObject({ code: 'rate_limited', retryAfterMs: 12_000 });
    expect(await harness.provider.latest(harness.ref, 'reboot', signal)).toBeNull();
  });

  it('points at the allow-list when the address is refused', async () => {
    harness.simulator.faults.set({ name: 'ip_not_allowed' });
    expect((await failure(harness.provider.check(signal)))?.hint).toContain('allow-list');
  });

  it.each(['../user', '1001/reinstall', '', '1 OR 1', 'vps-1001'])(
    'sends nothing for the ref %j',
    async (ref) => {
      const calls = harness.simulator.records().length;
      expect((await failure(harness.provider.facts(ref, signal)))?.code).toBe('not_found');
      expect((await failure(harness.provider.start(ref, 'reinstall', {}, signal)))?.code).toBe(
        'not_found',
      );
      expect(harness.simulator.records().length).toBe(calls);
    },
  );

  it('refuses a wrong password of the account, and shows it nowhere', async () => {
    const other = await openTime4Vps('wrong-password-2');
    const error = await failure(other.provider.check(signal));
    expect(error?.hint).toContain('TIME4VPS_PASSWORD');
    expect(`${error?.stack} ${other.logged()}`).not.toContain('wrong-password-2');
    await other.close();
  });
});
