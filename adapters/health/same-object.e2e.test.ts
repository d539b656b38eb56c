import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { judgeReading } from '#domain/health/judge.ts';
import { DEFAULT_EXPECTATIONS, type Expectations, HealthReport } from '#domain/health/report.ts';
import type { PlaybookName, SshTarget } from '#domain/remote.ts';
import { Secret } from '#domain/secret.ts';
import { createHosts, type Hosts } from '#simulators/hosts/hosts.ts';
import { createHostImages } from '#simulators/hosts/images.ts';
import { createRecordingLogger } from '#test/fakes/logger.ts';
import { describeRealHosts } from '#test/support/real-hosts.ts';
import { createPlaybooks } from '../ansible/index.ts';
import { createClock } from '../clock.ts';
import { ensureKeyPair } from '../keys.ts';
import { createHostProbe } from '../ssh/pool.ts';

const ID = '1';
const USERS = ['root', 'deploy'] as const;
/** The load here is the test machine's, and moves. */
const EXPECTED: Expectations = { ...DEFAULT_EXPECTATIONS, load_percent: [100_000, 200_000] };
const UNEXPECTED: Expectations = { ...EXPECTED, docker: false, firewall: false };
const log = createRecordingLogger();

describeRealHosts('playbooks/health_check.yml and the check script on one host', () => {
  let folder: string;
  let hosts: Hosts;
  let target: SshTarget;
  const probe = createHostProbe({ log, clock: createClock() });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'zavhoz-same-object-'));
    const key = await ensureKeyPair(join(folder, 'key'), 'e2e');
    const image = await createHostImages({ log: () => {} }).ensure(
      'bookworm',
      AbortSignal.timeout(800_000),
    );
    hosts = createHosts({ label: 'e2e-health-object', image, log: () => {} });
    await hosts.removeAll();
    const { ip } = await hosts.create(ID);
    await hosts.ready(ID, AbortSignal.timeout(60_000));
    await inside(`useradd --create-home --shell /bin/bash deploy
      for home in /root /home/deploy; do
        mkdir -p $home/.ssh
        echo '${key.publicKey}' >> $home/.ssh/authorized_keys
      done
      chown -R deploy /home/deploy/.ssh`);
    const shown = await inside('cat /etc/ssh/ssh_host_ed25519_key.pub');
    const [type = '', blob = ''] = shown.split(' ');
    target = {
      ...{ handle: 'vps-1', host: ip, port: 22, user: 'root', jump: null },
      ...{ become: 'none', becomePassword: null, hostKeys: [{ type, key: blob }] },
      auth: { kind: 'key', privateKey: key.privateKey },
    };
  });
  afterAll(async () => {
    await probe.close();
    await hosts?.removeAll();
    await rm(folder, { recursive: true, force: true });
  });

  async function inside(script: string): Promise<string> {
    const answer = await hosts.exec(ID, ['bash', '-ec', script], { deadlineMs: 60_000 });
    if (answer.code !== 0) throw new Error(`${script}: ${answer.stderr}`);
    return answer.stdout;
  }

  async function play(playbook: PlaybookName, user: string, vars: Record<string, unknown>) {
    const runDir = join(folder, 'runs');
    const playbooks = createPlaybooks({ playbooksDir: 'playbooks', runDir, log });
    const run = { playbook, target: { ...target, user }, vars, timeoutMs: 800_000 } as const;
    const hooks = { onChild: async () => {}, onEvent: () => {} };
    return (await playbooks.run(run, hooks, new AbortController().signal)).data;
  }

  async function byPlaybook(user: string, expected: Expectations): Promise<HealthReport> {
    const data = await play('health_check', user, {
      zavhoz_expect_docker: expected.docker,
      zavhoz_expect_firewall: expected.firewall,
      zavhoz_load_percent: expected.load_percent,
    });
    return HealthReport.parse(data);
  }

  async function byScript(user: string, expected: Expectations): Promise<HealthReport> {
    const bounds = { deadlineMs: 20_000, signal: new AbortController().signal, fresh: true };
    const check = await probe.check({ ...target, user }, bounds);
    if (check.reading === null) throw new Error(check.message);
    return judgeReading(check.reading, expected);
  }

  /** Both ways see the same for each user; numbers move, so words alone are compared. */
  async function compare(expected = EXPECTED): Promise<Record<string, HealthReport>> {
    const seen: Record<string, HealthReport> = {};
    for (const user of USERS) {
      const playbook = await byPlaybook(user, expected);
      const script = await byScript(user, expected);
      expect({ user, ...words(script) }).toEqual({ user, ...words(playbook) });
      seen[user] = script;
    }
    return seen;
  }

  it('a bare host', async () => {
    const { root, deploy } = await compare();
    expect(root).toMatchObject({
      ssh: { state: 'ok' },
      docker: { state: 'failed', reason: 'not installed' },
      disk: { state: expect.stringMatching(/ok|degraded|failed/) },
      firewall: { state: 'failed', reason: 'not installed' },
      pending_reboot: { state: 'ok' },
    });
    expect(deploy).toMatchObject({
      docker: { state: 'failed', reason: 'not installed' },
      firewall: { state: 'unknown', reason: 'only root may ask' },
      memory: { state: root?.memory.state },
    });
    await compare(UNEXPECTED);
  });

  it('a prepared host', async () => {
    await play('provision_software', 'root', {
      zavhoz_docker_source: 'distribution',
      zavhoz_docker_storage_driver: 'vfs',
      zavhoz_private_key: new Secret(
        target.auth.kind === 'key' ? target.auth.privateKey.reveal() : '',
      ),
    });
    const { root, deploy } = await compare();
    expect(root).toMatchObject({
      docker: { state: 'ok', reason: 'answers' },
      firewall: { state: 'ok', reason: 'active, also for published ports' },
    });
    expect(deploy?.docker).toEqual({ state: 'unknown', reason: 'only root may ask' });
  });

  it('a host whose published ports bypass the firewall', async () => {
    await inside('iptables -F DOCKER-USER');
    const { root } = await compare();
    expect(root?.firewall).toMatchObject({ state: 'degraded' });
    await compare(UNEXPECTED);
    await inside('ufw reload');
  });

  it('a host that is broken in many places', async () => {
    await inside(`systemctl stop docker.socket docker
      ufw disable
      touch /run/reboot-required`);
    const { root, deploy } = await compare();
    expect(root).toMatchObject({
      docker: { state: 'failed', reason: 'does not answer, the unit is inactive' },
      firewall: { state: 'failed', reason: 'not active' },
      pending_reboot: { state: 'degraded' },
      overall: { state: 'failed', reason: 'docker, firewall' },
    });
    expect(deploy?.docker).toMatchObject({ state: 'failed' });
    await compare(UNEXPECTED);
  });

  it('a host whose Docker takes questions and never answers', async () => {
    await inside('systemctl start docker; kill -STOP $(systemctl show -p MainPID --value docker)');
    const { root } = await compare();
    expect(root?.docker).toEqual({
      state: 'failed',
      reason: 'does not answer, the unit is active',
    });
  });

  it('another boot id after each boot', async () => {
    const boot = async () => {
      const bounds = { deadlineMs: 20_000, signal: new AbortController().signal, fresh: true };
      return (await probe.check(target, bounds)).reading?.bootId;
    };
    const before = await boot();
    expect(await boot()).toBe(before);
    await hosts.reboot(ID, AbortSignal.timeout(60_000));
    await hosts.ready(ID, AbortSignal.timeout(60_000));
    expect(await boot()).not.toBe(before);
  });
});

const words = (report: HealthReport) =>
  Object.fromEntries(
    Object.entries(report).map(([part, { state, reason }]) => [
      part,
      `${state}: ${reason.replace(/[\d.]+/g, '#')}`,
    ]),
  );
