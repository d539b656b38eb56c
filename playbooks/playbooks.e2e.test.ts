import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SUITES } from '../simulators/hosts/recipe.ts';
import { createPlaybookStage } from './stage.ts';

const UNDECLARED = 18_081;
const DECLARED = 8080;
const open = { zavhoz_open_ports: [{ port: DECLARED, proto: 'tcp' }] };

/** What must be equal before and after a run that has nothing to do. */
const FINGERPRINT = `
cd /etc; find . -xdev -printf '%p %y %m %u %g %l\\n' | sort
find . -xdev -type f -print0 | sort -z | xargs -0 sha256sum
dpkg-query -W; systemctl list-unit-files --state=enabled --no-legend
for f in iptables ip6tables; do $f-save | sed -e '/^#/d' -e 's/ \\[[0-9:]*\\]$//'; done`;

/** An image without content that borrows the host's programs: no registry is needed. */
const publish = (port: number) => `
docker image inspect zavhoz/probe >/dev/null 2>&1 ||
  tar -c --files-from /dev/null | docker import - zavhoz/probe
docker run -d --restart always -v /usr:/usr:ro -v /lib:/lib:ro -v /lib64:/lib64:ro -v /bin:/bin:ro \
  -p ${port}:8000 zavhoz/probe /usr/bin/python3 -m http.server 8000`;

/** dpkg's lock, held for a while as dpkg holds it. */
const BUSY_APT = `systemd-run python3 -c '
import fcntl, time
lock = open("/var/lib/dpkg/lock-frontend", "w")
fcntl.lockf(lock, fcntl.LOCK_EX)
time.sleep(30)'`;

describe.each(SUITES)('the playbooks on a fresh host of Debian %s', (suite) => {
  let stage: Awaited<ReturnType<typeof createPlaybookStage>>;

  beforeAll(async () => {
    stage = await createPlaybookStage(suite);
    const file = '/root/.ssh/authorized_keys';
    await stage.inside(`mkdir -m 700 -p /root/.ssh; echo "ssh-ed25519 AAAA someone" > ${file}`);
  });
  afterAll(() => stage?.close());

  test('a key that does not open the host leaves passwords as they were', async () => {
    const more = { zavhoz_private_key_file: stage.keyFile('stranger') };
    const { code, failed, stdout } = await stage.play('provision_access', 'password', more);
    expect(code).not.toBe(0);
    expect(failed[0]?.msg).toMatch(/does not open the host/);
    expect(stdout).not.toContain('se cret');
    expect(await stage.byPassword()).toMatchObject({ output: 'root' });
  });

  test('access: the keys open it, passwords no longer do, no other key is lost', async () => {
    const { code, stats, failed } = await stage.play('provision_access', 'password');
    expect({ code, failed }).toEqual({ code: 0, failed: [] });
    expect(stats?.changed).toBeGreaterThan(0);
    expect(await stage.byKey('key')).toBe('root');
    expect(await stage.byKey('break-glass')).toBe('root');
    expect(await stage.byKey('stranger')).toBe('');
    expect(await stage.byPassword()).toHaveProperty('refused');
    expect(await stage.inside('cat /root/.ssh/authorized_keys')).toContain('AAAA someone');
  });

  test('software: all is installed, though apt was busy when it began', async () => {
    await stage.inside(BUSY_APT);
    const { code, stats, failed } = await stage.play('provision_software', 'key', open);
    expect({ code, failed }).toEqual({ code: 0, failed: [] });
    expect(stats?.changed).toBeGreaterThan(0);
    const compose = suite === 'bookworm' ? 'docker-compose' : 'docker compose';
    const fact = JSON.parse(await stage.inside('cat /etc/ansible/facts.d/zavhoz.fact'));
    expect(fact).toEqual({ compose, docker_source: 'distribution' });
    expect(await stage.inside('ufw status | head -1')).toBe('Status: active\n');
    expect(await stage.inside('systemctl list-timers --all --no-legend "zavhoz-*"')).toBe('');
  });

  test('a second run of both changes nothing', async () => {
    const before = await stage.inside(FINGERPRINT);
    const access = await stage.play('provision_access', 'key');
    const software = await stage.play('provision_software', 'key', open);
    expect([access.stats, software.stats]).toMatchObject([
      { changed: 0, failures: 0, unreachable: 0 },
      { changed: 0, failures: 0, unreachable: 0 },
    ]);
    expect((await stage.inside(FINGERPRINT)).split('\n')).toEqual(before.split('\n'));
  });

  test('a port published by a container is closed unless declared, whatever restarts', async () => {
    const url = `localhost:${UNDECLARED}`;
    const judge = async (after: string) => {
      // the container answers, only not to strangers
      await stage.inside(
        `for i in $(seq 40); do curl -sfo /dev/null ${url} && exit; sleep 0.5; done; exit 1`,
      );
      const seen = [await stage.opens(DECLARED), await stage.opens(UNDECLARED)];
      expect({ after, seen }).toEqual({ after, seen: [true, false] });
    };
    await stage.inside(publish(DECLARED));
    await stage.inside(publish(UNDECLARED));
    await judge('the start');
    await stage.inside('systemctl restart docker');
    await judge('a restart of Docker');
    await stage.inside(
      'ufw reload; ufw --force disable; ufw --force enable; systemctl restart ufw',
    );
    await judge('restarts of UFW');
    await stage.hosts.reboot('1', AbortSignal.timeout(60_000));
    await stage.ready();
    await judge('a reboot');
    // without the rules it answers, so that the judgement above can fail
    await stage.inside('iptables -F DOCKER-USER');
    expect(await stage.opens(UNDECLARED)).toBe(true);
    await stage.inside('ufw reload');
    await judge('a reload');
  });

  test('a rule that people added to UFW stays, a port no longer declared closes', async () => {
    await stage.inside('ufw allow 9000/tcp');
    const { code } = await stage.play('provision_software', 'key');
    expect(code).toBe(0);
    const tuples = await stage.inside('grep "^### tuple" /etc/ufw/user.rules');
    expect(tuples).toContain('allow tcp 9000 ');
    expect(tuples).not.toContain('allow tcp 8080 ');
    expect(await stage.opens(DECLARED)).toBe(false);
  });

  test('health: one object that names what is wrong', async () => {
    const busy = [100_000, 200_000]; // the load here is the test machine's, not the host's
    const seen = async () => {
      const { events } = await stage.play('health_check', 'key', { zavhoz_load_percent: busy });
      return events.find(({ event }) => event === 'result')?.data ?? {};
    };
    const well = await seen();
    const parts = [
      'ssh',
      'docker',
      'disk',
      'memory',
      'load',
      'firewall',
      'pending_reboot',
      'clock',
    ];
    expect(Object.keys(well).sort()).toEqual([...parts, 'overall'].sort());
    expect(well).toMatchObject({ docker: { state: 'ok' }, firewall: { state: 'ok' } });
    await stage.inside('systemctl stop docker.socket docker; ufw disable');
    expect(await seen()).toMatchObject({
      docker: { state: 'failed' },
      firewall: { state: 'failed' },
      overall: { state: 'failed', reason: 'docker, firewall' },
    });
    await stage.inside('systemctl start docker; ufw --force enable');
  });

  test('a firewall that shuts the agent out opens the host again by itself', async () => {
    const more = { zavhoz_ssh_port: 2222, zavhoz_firewall_rollback_seconds: 30 };
    const { code, failed } = await stage.play('provision_software', 'key', more);
    expect(code).not.toBe(0);
    // out of reach, or reached again after the host had opened itself: a failure either way
    expect(failed[0]?.task).toContain('call the rollback off');
    await expect.poll(() => stage.opens(22), { timeout: 120_000, interval: 1000 }).toBe(true);
    const repaired = await stage.play('provision_software', 'key', open);
    expect(repaired.stats).toMatchObject({ failures: 0, unreachable: 0 });
    expect(await stage.inside('ufw status | head -1')).toBe('Status: active\n');
  });
});
