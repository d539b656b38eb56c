import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createContainerMachines } from '../time4vps/containers.ts';
import { createTime4VpsSimulator, type Time4VpsSimulator } from '../time4vps/simulator.ts';
import { createDocker } from './docker.ts';
import { createHosts, type Hosts } from './hosts.ts';
import { createHostImages } from './images.ts';
import { SUITES } from './recipe.ts';
import { trySsh } from './ssh-trial.ts';

const log = () => {};
const images = createHostImages({ log });
const soon = () => AbortSignal.timeout(60_000);

describe.each(SUITES)('a host of Debian %s', (suite) => {
  let hosts: Hosts;
  let ip: string;
  const ssh = (password: string, command: string) => trySsh({ host: ip, password }, command);
  const identity = async (password: string) => {
    const command =
      'cat /etc/machine-id /proc/sys/kernel/random/boot_id; ls /root/marker 2>/dev/null; hostname';
    const answer = await ssh(password, command);
    if ('refused' in answer) throw new Error(answer.refused);
    const [machineId, bootId, ...rest] = answer.output.split('\n');
    return { hostKey: answer.hostKey, machineId, bootId, marker: rest[0] === '/root/marker' };
  };

  beforeAll(async () => {
    const image = await images.ensure(suite, AbortSignal.timeout(800_000));
    hosts = createHosts({ label: `e2e-hosts-${suite}`, image, log });
    await hosts.removeAll();
    ip = (await hosts.create('1', { password: 'first#1' })).ip;
    await hosts.ready('1', soon());
  });
  afterAll(() => hosts?.removeAll());

  test('is a plain server: systemd runs, root logs in by password', async () => {
    const answer = await ssh('first#1', 'systemctl is-system-running; hostname');
    expect(answer).toMatchObject({ output: 'running\nhost-1' });
    expect(await ssh('wrong', 'true')).toMatchObject({ refused: /authentication/i });
  });

  test('a reset changes the password', async () => {
    await hosts.resetPassword('1', 'second "#&<');
    expect(await ssh('first#1', 'true')).toHaveProperty('refused');
    expect(await ssh('second "#&<', 'id -un')).toMatchObject({ output: 'root' });
    await hosts.resetPassword('1', 'first#1');
  });

  test('a reboot gives a new boot id and keeps the disk; so does one from inside', async () => {
    await hosts.exec('1', ['touch', '/root/marker']);
    const before = await identity('first#1');
    await hosts.reboot('1', soon());
    await hosts.ready('1', soon());
    const after = await identity('first#1');
    expect(after).toEqual({ ...before, bootId: after.bootId, marker: true });
    expect(after.bootId).not.toBe(before.bootId);
    await hosts.exec('1', ['systemctl', 'reboot']);
    await expect
      .poll(() => hosts.bootId('1').catch(() => after.bootId), { timeout: 30_000 })
      .not.toBe(after.bootId);
    await hosts.ready('1', soon());
    expect((await identity('first#1')).marker).toBe(true);
  });

  test('a copy of its disk starts as another host', async () => {
    await hosts.exec('1', ['touch', '/root/marker']);
    const original = await identity('first#1');
    const image = await hosts.snapshot('1');
    const copy = await hosts.create('2', { image, password: 'copy' });
    await hosts.ready('2', soon());
    expect(copy.ip).not.toBe(ip);
    expect((await hosts.exec('2', ['ls', '/root/marker'])).code).toBe(0);
    const id = (await hosts.exec('2', ['cat', '/etc/machine-id'])).stdout.trim();
    expect(id).toMatch(/^[0-9a-f]{32}$/);
    expect(id).not.toBe(original.machineId);
    const login = await trySsh({ host: copy.ip, password: 'copy' }, 'hostname');
    expect(login).toMatchObject({ output: 'host-2' });
    expect(login.hostKey).not.toBe(original.hostKey);
    await hosts.destroy('2');
  });

  test('a reinstall gives a new disk and identity at the same address', async () => {
    await hosts.exec('1', ['touch', '/root/marker']);
    const before = await identity('first#1');
    await hosts.reinstall('1', { password: 'third' });
    await hosts.ready('1', soon());
    expect(await ssh('first#1', 'true')).toHaveProperty('refused');
    const after = await identity('third');
    expect(after.marker).toBe(false);
    expect(after.machineId).not.toBe(before.machineId);
    expect(after.hostKey).not.toBe(before.hostKey);
    expect(await hosts.ip('1')).toBe(ip);
    await hosts.resetPassword('1', 'first#1');
  });

  test('it can be cut off, frozen and stopped, and comes back at its address', async () => {
    await hosts.disconnect('1');
    expect(await ssh('first#1', 'true')).toHaveProperty('refused');
    await hosts.connect('1');
    expect(await ssh('first#1', 'id -un')).toMatchObject({ output: 'root' });
    await hosts.freeze('1');
    const frozen = trySsh({ host: ip, password: 'first#1', timeoutMs: 2_000 }, 'true');
    expect(await frozen).toMatchObject({ refused: /timed out/i });
    await hosts.reboot('1', soon());
    await hosts.ready('1', soon());
    await hosts.freeze('1');
    await hosts.thaw('1');
    await hosts.stop('1');
    expect((await hosts.find('1'))?.running).toBe(false);
    await hosts.start('1');
    await hosts.ready('1', soon());
    expect(await ssh('first#1', 'id -un')).toMatchObject({ output: 'root' });
  });

  test('sshd can be told to refuse passwords', async () => {
    await hosts.setPasswordLogin('1', false);
    await expect.poll(() => ssh('first#1', 'true'), { timeout: 10_000 }).toHaveProperty('refused');
    await hosts.setPasswordLogin('1', true);
    await expect.poll(() => ssh('first#1', 'true'), { timeout: 10_000 }).toHaveProperty('output');
  });

  test('apt works, the firewall enables', async () => {
    const script =
      'export DEBIAN_FRONTEND=noninteractive; apt-get -q update && apt-get -qy install ufw';
    const options = { deadlineMs: 300_000 };
    const install = await hosts.exec('1', ['sh', '-c', script], options);
    expect(install.code, install.stderr).toBe(0);
    await hosts.exec('1', ['ufw', 'allow', '22/tcp']);
    await hosts.exec('1', ['ufw', '--force', 'enable']);
    const status = await hosts.exec('1', ['ufw', 'status']);
    expect(status.stdout.split('\n')[0]).toBe('Status: active');
    await hosts.reboot('1', soon());
    await hosts.ready('1', soon());
    const again = await hosts.exec('1', ['ufw', 'status']);
    expect(again.stdout.split('\n')[0]).toBe('Status: active');
  });
});

describe('two fleets', () => {
  test('never meet, and one is removed alone', async () => {
    const image = await images.ensure('bookworm', AbortSignal.timeout(800_000));
    const [one, two] = ['e2e-fleet-a', 'e2e-fleet-b'].map((label) =>
      createHosts({ label, image, log }),
    ) as [Hosts, Hosts];
    try {
      const made = await Promise.all([one.create('1'), two.create('1'), one.create('2')]);
      await expect(two.create('1')).rejects.toThrow(/exists/);
      expect(new Set(made.map(({ ip }) => ip)).size).toBe(3);
      await one.removeAll();
      expect(await one.list()).toEqual([]);
      expect((await two.list()).map(({ id }) => id)).toEqual(['1']);
    } finally {
      await Promise.all([one.removeAll(), two.removeAll()]);
    }
    const left = await createDocker().call([
      'ps',
      '-aq',
      '--filter',
      'label=zavhoz.sim=e2e-fleet-b',
    ]);
    expect(left).toBe('');
  });
});

describe('behind the simulated provider', () => {
  let simulator: Time4VpsSimulator;
  let hosts: Hosts;
  const credentials = { login: 'me', password: 'secret' };

  beforeAll(async () => {
    const image = await images.ensure('bookworm', AbortSignal.timeout(800_000));
    hosts = createHosts({ label: 'e2e-time4vps', image, log });
    await hosts.removeAll();
    const machines = createContainerMachines({ hosts, images });
    simulator = createTime4VpsSimulator({ machines, credentials, taskMs: 50, log });
  });
  afterAll(() => simulator?.stop({ removeMachines: true }));

  test('reset, reinstall and reboot happen to a real host', async () => {
    const { url } = await simulator.start();
    const { id, ip, password } = await simulator.addServer();
    const headers = { authorization: `Basic ${Buffer.from('me:secret').toString('base64')}` };
    const api = async (method: string, path: string, body?: object) => {
      const init = { method, headers, ...(body && { body: JSON.stringify(body) }) };
      return (await fetch(`${url}/server/${id}${path}`, init)).json();
    };
    const run = async (path: string, body?: object): Promise<string> => {
      const { task_id } = (await api('POST', path, body)) as { task_id: number };
      await simulator.idle();
      const task = (await api('GET', `/task/${task_id}`)) as { results: string };
      await hosts.ready(String(id), soon());
      return task.results.replace(/^Password: /, '');
    };
    const login = (secret: string) =>
      trySsh({ host: ip, password: secret }, 'hostname; cat /etc/machine-id');
    await hosts.ready(String(id), soon());
    const first = await login(password);
    expect(first).toMatchObject({ output: expect.stringMatching(/^vps-1001\n/) });

    const second = await run('/resetpassword');
    expect(await login(password)).toHaveProperty('refused');
    expect(await login(second)).toEqual(first);

    const bootId = await hosts.bootId(String(id));
    await run('/reboot');
    expect(await hosts.bootId(String(id))).not.toBe(bootId);

    const third = await run('/reinstall', { os: 'kvm-debian-12-x86_64' });
    const reinstalled = await login(third);
    expect(reinstalled).toHaveProperty('output');
    expect(reinstalled.hostKey).not.toBe(first.hostKey);
    expect(reinstalled).not.toMatchObject({ output: 'output' in first ? first.output : '' });

    simulator.faults.set({ name: 'password_login_off' });
    const fourth = await run('/resetpassword');
    expect(await login(fourth)).toHaveProperty('refused');
    const outcomes = simulator.records().filter(({ method }) => method === 'TASK');
    expect(outcomes.map(({ action, outcome }) => [action, outcome])).toEqual([
      ['reset_password', 'done'],
      ['reboot', 'done'],
      ['reinstall', 'done'],
      ['reset_password', 'done'],
    ]);
  });
});
