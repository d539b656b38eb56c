import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SUITES, type Suite } from '../simulators/hosts/recipe.ts';
import { AWAIT_BEGUN, BUSY_APT, FINGERPRINT, publish, USELESS_JOBS } from './host-scripts.ts';
import { createPlaybookStage, type PlayEvent } from './stage.ts';

const UNDECLARED = 18_081;
const DECLARED = 8080;
const open = { zavhoz_open_ports: [{ port: DECLARED, proto: 'tcp' }] };

/** How a task ended: ok, changed, failed or skipped. */
const endOf = (events: readonly PlayEvent[], task: string) =>
  events.find((one) => one.event !== 'task' && one.task?.endsWith(`: ${task}`))?.event;

type Stage = Awaited<ReturnType<typeof createPlaybookStage>>;

describe(`the playbooks on fresh hosts of Debian ${SUITES.join(' and ')}`, () => {
  const stages = new Map<Suite, Stage>();

  beforeAll(async () => {
    // One after the other: an image that is missing is built here.
    for (const suite of SUITES) {
      const stage = await createPlaybookStage(suite);
      stages.set(suite, stage);
      const file = '/root/.ssh/authorized_keys';
      await stage.inside(`mkdir -m 700 -p /root/.ssh; echo "ssh-ed25519 AAAA someone" > ${file}`);
    }
  });
  afterAll(() => Promise.all([...stages.values()].map((stage) => stage.close())));

  /** A test on the hosts of all releases at the same time; a failure names its release. */
  const onEach = (name: string, body: (stage: Stage, suite: Suite) => Promise<void>) =>
    test(name, async () => {
      const runs = [...stages].map(async ([suite, stage]) => {
        await body(stage, suite).catch((error: Error) => {
          error.message = `${suite}: ${error.message}`;
          throw error;
        });
      });
      await Promise.allSettled(runs);
      await Promise.all(runs);
    });

  onEach('a key that does not open the host leaves passwords as they were', async (stage) => {
    const more = { zavhoz_private_key_file: stage.keyFile('stranger') };
    const { code, failed, stdout } = await stage.play('provision_access', 'password', more);
    expect(code).not.toBe(0);
    expect(failed[0]?.msg).toMatch(/does not open the host/);
    expect(stdout).not.toContain('se cret');
    expect(await stage.byPassword()).toMatchObject({ output: 'root' });
  });

  onEach(
    'access: the keys open it, passwords no longer do, no other key is lost',
    async (stage, suite) => {
      // on the other one the installation below begins by itself
      const more = { zavhoz_begin: suite === 'bookworm', zavhoz_upgrade: true };
      const packages = await stage.inside('dpkg-query -W');
      const { code, stats, failed } = await stage.play('provision_access', 'password', more);
      expect({ code, failed }).toEqual({ code: 0, failed: [] });
      expect(stats?.changed).toBeGreaterThan(0);
      expect(await stage.byKey('key')).toBe('root');
      expect(await stage.byKey('break-glass')).toBe('root');
      expect(await stage.byKey('stranger')).toBe('');
      expect(await stage.byPassword()).toHaveProperty('refused');
      expect(await stage.inside('cat /root/.ssh/authorized_keys')).toContain('AAAA someone');
      await stage.inside(AWAIT_BEGUN, 600_000);
      const lists = await stage.inside('find /var/lib/apt/lists -name "*_Packages*"');
      expect(lists !== '').toBe(suite === 'bookworm');
      if (suite === 'bookworm') {
        expect(await stage.inside('apt-get -qq -s upgrade')).toBe('');
        expect(await stage.inside('cat /run/zavhoz/upgrade/j*')).toMatch(/"changed": true/);
      } else {
        expect(await stage.inside('dpkg-query -W')).toBe(packages);
      }
    },
  );

  onEach('software: all is installed, though apt was busy when it began', async (stage, suite) => {
    await stage.inside(BUSY_APT);
    const more = { ...open, zavhoz_upgrade: suite === 'bookworm' };
    const { code, stats, failed, events } = await stage.play('provision_software', 'key', more);
    expect({ code, failed }).toEqual({ code: 0, failed: [] });
    expect(stats?.changed).toBeGreaterThan(0);
    await stage.inside('test -e /run/refused');
    // what access began is told as this run's change, and not done again
    const took = suite === 'bookworm' ? 'changed' : 'ok';
    expect(endOf(events, 'Take over what began while access was opened')).toBe(took);
    expect(endOf(events, 'Upgrade what is installed')).toBe('skipped');
    const compose = suite === 'bookworm' ? 'docker-compose' : 'docker compose';
    const fact = JSON.parse(await stage.inside('cat /etc/ansible/facts.d/zavhoz.fact'));
    expect(fact).toEqual({ compose, docker_source: 'distribution' });
    expect(await stage.inside('ufw status | head -1')).toBe('Status: active\n');
    expect(await stage.inside('systemctl list-timers --all --no-legend "zavhoz-*"')).toBe('');
  });

  onEach(
    'an upgrade that began and did not end well is done by the installation',
    async (stage) => {
      await stage.inside(USELESS_JOBS);
      const more = { ...open, zavhoz_upgrade: true };
      const { code, failed, events } = await stage.play('provision_software', 'key', more);
      expect({ code, failed }).toEqual({ code: 0, failed: [] });
      expect(endOf(events, 'Take over what began while access was opened')).toBe('ok');
      expect(endOf(events, 'Upgrade what is installed')).toMatch(/ok|changed/);
      expect(await stage.inside('apt-get -qq -s upgrade')).toBe('');
      expect(await stage.inside('find /run/zavhoz -type f')).toBe('');
    },
  );

  onEach('a second run of both changes nothing', async (stage) => {
    const before = await stage.inside(FINGERPRINT);
    const access = await stage.play('provision_access', 'key');
    const software = await stage.play('provision_software', 'key', open);
    expect([access.stats, software.stats]).toMatchObject([
      { changed: 0, failures: 0, unreachable: 0 },
      { changed: 0, failures: 0, unreachable: 0 },
    ]);
    expect((await stage.inside(FINGERPRINT)).split('\n')).toEqual(before.split('\n'));
  });

  onEach(
    'a port published by a container is closed unless declared, whatever restarts',
    async (stage) => {
      const judge = async (after: string) => {
        // both containers answer, one of them only not to strangers
        for (const port of [DECLARED, UNDECLARED]) {
          await stage.inside(
            `for i in $(seq 40); do curl -sfo /dev/null localhost:${port} && exit; sleep 0.5; done; exit 1`,
          );
        }
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
    },
  );

  onEach(
    'a rule that people added to UFW stays, a port no longer declared closes',
    async (stage) => {
      await stage.inside('ufw allow 9000/tcp; cp --parents -a /etc/ufw /root');
      const { code } = await stage.play('provision_software', 'key');
      expect(code).toBe(0);
      const tuples = await stage.inside('grep "^### tuple" /etc/ufw/user.rules');
      expect(tuples).toContain('allow tcp 9000 ');
      expect(tuples).not.toContain('allow tcp 8080 ');
      expect(await stage.opens(DECLARED)).toBe(false);
    },
  );

  onEach(
    'what a run that was cut short wrote and did not load is loaded by the next',
    async (stage) => {
      const address = '192.0.2.7';
      // as it was before the test above, in the files alone
      await stage.inside(`cp -a /root/etc/ufw/after*.rules /etc/ufw
      cp -a /root/etc/ufw/applications.d/zavhoz /etc/ufw/applications.d
      sed -i 's/^ignoreip = .*/& ${address}/' /etc/fail2ban/jail.d/zavhoz.local`);
      expect(await stage.opens(DECLARED)).toBe(false);
      const before = await stage.inside('sha256sum /etc/fail2ban/jail.d/* /etc/ufw/after*.rules');
      const more = { ...open, zavhoz_agent_addresses: [address] };
      const { code } = await stage.play('provision_software', 'key', more);
      expect(code).toBe(0);
      const after = await stage.inside('sha256sum /etc/fail2ban/jail.d/* /etc/ufw/after*.rules');
      expect(after).toBe(before);
      expect(await stage.opens(DECLARED)).toBe(true);
      expect(await stage.inside('fail2ban-client get sshd ignoreip')).toContain(address);
    },
  );

  onEach('health: one object that names what is wrong', async (stage) => {
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

  onEach('a firewall that shuts the agent out opens the host again by itself', async (stage) => {
    const more = { zavhoz_ssh_port: 2222, zavhoz_firewall_rollback_seconds: 15 };
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
