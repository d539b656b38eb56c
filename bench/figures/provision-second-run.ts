import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createPlaybooks } from '#adapters/ansible/index.ts';
import { createLogger } from '#adapters/logger.ts';
import { playbooksDir } from '#app/places.ts';
import type { SshAuth, SshTarget } from '#domain/remote.ts';
import { Secret } from '#domain/secret.ts';
import { runProcess } from '#simulators/hosts/run.ts';
import { type Figure, median } from '../figure.ts';
import { addressTowards, createBenchHosts } from '../hosts.ts';

const ROUNDS = 3;
const PASSWORD = 'bench-Password-1';
const BOOKS = ['provision_access', 'provision_software'] as const;

type BenchHosts = Awaited<ReturnType<typeof createBenchHosts>>;

/** Both playbooks on a host that is as they want it. */
export const provisionSecondRun: Figure = {
  name: 'provision_second_run_s',
  unit: 's',
  target: 20,
  peer: 'the same playbooks by a plain ansible-playbook without our settings',
  realHosts: true,
  async measure(say, signal) {
    const stage = await createBenchHosts('bench-second');
    try {
      const { ip } = await stage.hosts.create('1', { password: PASSWORD });
      await stage.ready('1');
      const play = await player(stage, ip, signal);
      await play('provision_access', { kind: 'password', password: new Secret(PASSWORD) });
      await play('provision_software');
      const plain = await plainPlayer(stage, ip, signal);
      const samples: number[] = [];
      const peerSamples: number[] = [];
      for (let round = 1; round <= ROUNDS; round++) {
        samples.push(await seconds(play));
        peerSamples.push(await seconds(plain));
        say(
          `round ${round}: ${samples.at(-1)?.toFixed(1)} s, plain ${peerSamples.at(-1)?.toFixed(1)} s`,
        );
      }
      return {
        value: median(samples),
        samples,
        peerSamples,
        conditions: `a prepared Debian 12 host in a container, ${ROUNDS} rounds, changed=0 in each of ours`,
      };
    } finally {
      await stage.remove();
    }
  },
};

async function seconds(play: (book: (typeof BOOKS)[number]) => Promise<number>): Promise<number> {
  const from = performance.now();
  for (const book of BOOKS) {
    const changed = await play(book);
    if (changed !== 0) throw new Error(`${book} changed ${changed} things on a prepared host`);
  }
  return (performance.now() - from) / 1000;
}

const variables = async (stage: BenchHosts, ip: string) => ({
  zavhoz_authorized_keys: [await stage.publicKey()],
  zavhoz_ssh_port: 22,
  zavhoz_agent_addresses: [await addressTowards(ip)],
  zavhoz_upgrade: false,
  zavhoz_docker_source: 'distribution',
  zavhoz_docker_storage_driver: 'vfs',
});

/** As the agent runs them; returns how many tasks changed something. */
async function player(stage: BenchHosts, ip: string, signal: AbortSignal) {
  const log = createLogger({ level: 'error', pretty: false });
  const playbooks = createPlaybooks({ playbooksDir, runDir: join(stage.folder, 'runs'), log });
  const privateKey = new Secret(await readFile(stage.keyFile, 'utf8'));
  const vars = { ...(await variables(stage, ip)), zavhoz_private_key: privateKey };
  const target: Omit<SshTarget, 'auth'> = {
    ...{ handle: 'vps-1', host: ip, port: 22, user: 'root', jump: null },
    ...{ become: 'none', becomePassword: null, hostKeys: [await stage.hostKey('1')] },
  };
  return async (playbook: (typeof BOOKS)[number], auth: SshAuth = { kind: 'key', privateKey }) => {
    const { recap } = await playbooks.run(
      { playbook, target: { ...target, auth }, vars, timeoutMs: 900_000 },
      { onChild: async () => {}, onEvent: () => {} },
      signal,
    );
    return recap.changed;
  };
}

/** As somebody would who has the playbooks alone: Ansible's own defaults. */
async function plainPlayer(stage: BenchHosts, ip: string, signal: AbortSignal) {
  const known = await stage.knownHosts(ip, await stage.hostKey('1'));
  const host = {
    ansible_host: ip,
    ansible_user: 'root',
    ansible_ssh_private_key_file: stage.keyFile,
    ansible_ssh_common_args: `-o UserKnownHostsFile=${known}`,
  };
  const vars = {
    ...(await variables(stage, ip)),
    zavhoz_private_key_file: stage.keyFile,
    zavhoz_known_hosts_file: known,
  };
  const [config, inventory, extra] = ['plain.cfg', 'inventory.json', 'vars.json'].map((name) =>
    join(stage.folder, name),
  ) as [string, string, string];
  await writeFile(config, '');
  await writeFile(inventory, JSON.stringify({ all: { hosts: { 'vps-1': host } } }));
  await writeFile(extra, JSON.stringify(vars));
  return async (book: string) => {
    const env = ['env', `ANSIBLE_CONFIG=${config}`, `ANSIBLE_HOME=${stage.folder}/ansible`];
    const argv = ['ansible-playbook', '-i', inventory, '--extra-vars', `@${extra}`];
    const { code, stdout } = await runProcess(
      [...env, ...argv, join(playbooksDir, `${book}.yml`)],
      { deadlineMs: 900_000, signal },
    );
    if (code !== 0) throw new Error(`ansible-playbook: ${stdout.slice(-2000)}`);
    return Number(/changed=(\d+)/.exec(stdout)?.[1] ?? Number.NaN);
  };
}
