import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHosts } from '../simulators/hosts/hosts.ts';
import { createHostImages } from '../simulators/hosts/images.ts';
import type { Suite } from '../simulators/hosts/recipe.ts';
import { runProcess } from '../simulators/hosts/run.ts';
import { trySsh } from '../simulators/hosts/ssh-trial.ts';

export type PlayEvent = {
  readonly event: string;
  readonly task?: string;
  readonly msg?: string;
  readonly data?: Record<string, { state: string; reason: string }>;
  readonly stats?: Record<string, { changed: number; failures: number; unreachable: number }>;
};

/** Characters that a shell, YAML or INI would each read in their own way. */
const PASSWORD = `se cret#1'"$x`;
const log = () => {};

/** One fresh real host and three key pairs: key, break-glass (both to be installed), stranger. */
export async function createPlaybookStage(suite: Suite) {
  const dir = await mkdtemp(join(tmpdir(), 'zavhoz-playbooks-'));
  for (const name of ['key', 'break-glass', 'stranger']) {
    const kind = ['-q', '-t', 'ed25519', '-N', '', '-C', name];
    await runProcess(['ssh-keygen', ...kind, '-f', `${dir}/${name}`], { deadlineMs: 10_000 });
  }
  const image = await createHostImages({ log }).ensure(suite, AbortSignal.timeout(800_000));
  const hosts = createHosts({ label: `e2e-playbooks-${suite}`, image, log });
  await hosts.removeAll();
  const { ip } = await hosts.create('1', { password: PASSWORD });
  const ready = () => hosts.ready('1', AbortSignal.timeout(60_000));
  await ready();

  const inside = async (script: string, deadlineMs = 60_000) => {
    const answer = await hosts.exec('1', ['bash', '-c', script], { deadlineMs });
    if (answer.code !== 0) throw new Error(`${script}: ${answer.stderr}`);
    return answer.stdout;
  };
  const hostKey = await inside('cut -d " " -f 1,2 /etc/ssh/ssh_host_ed25519_key.pub');
  await writeFile(`${dir}/known_hosts`, `${ip} ${hostKey}`);
  const sshOptions = [`UserKnownHostsFile=${dir}/known_hosts`, 'StrictHostKeyChecking=yes'];
  const publicKey = async (name: string) => (await readFile(`${dir}/${name}.pub`, 'utf8')).trim();

  async function play(playbook: string, auth: 'password' | 'key', more: object = {}) {
    const login =
      auth === 'key'
        ? { ansible_ssh_private_key_file: `${dir}/key` }
        : { ansible_password: PASSWORD };
    const host = {
      ansible_host: ip,
      ansible_user: 'root',
      ansible_ssh_common_args: sshOptions.map((option) => `-o ${option}`).join(' '),
      ...login,
    };
    const vars = {
      zavhoz_authorized_keys: [await publicKey('key'), await publicKey('break-glass')],
      zavhoz_private_key_file: `${dir}/key`,
      zavhoz_known_hosts_file: `${dir}/known_hosts`,
      zavhoz_docker_source: 'distribution',
      zavhoz_docker_storage_driver: 'vfs',
      ...more,
    };
    const [inventory, extra] = [`${dir}/inventory.json`, `${dir}/vars.json`];
    await writeFile(inventory, JSON.stringify({ all: { hosts: { one: host } } }), { mode: 0o600 });
    await writeFile(extra, JSON.stringify(vars), { mode: 0o600 });
    const env = [
      `ANSIBLE_CONFIG=${import.meta.dirname}/ansible.cfg`,
      `ANSIBLE_LOCAL_TEMP=${dir}/tmp`,
      `ANSIBLE_SSH_CONTROL_PATH_DIR=${dir}/cp`,
    ];
    const book = join(import.meta.dirname, `${playbook}.yml`);
    const argv = ['ansible-playbook', '-i', inventory, '--extra-vars', `@${extra}`, book];
    const { code, stdout } = await runProcess(['env', ...env, ...argv], { deadlineMs: 600_000 });
    const lines = stdout.split('\n').filter((line) => line !== '');
    // every line is an event, or this throws
    const events = lines.map((line): PlayEvent => JSON.parse(line));
    const failed = events.filter(({ event }) => event === 'failed' || event === 'unreachable');
    return { code, stdout, events, failed, stats: events.at(-1)?.stats?.one };
  }

  return {
    hosts,
    ip,
    inside,
    play,
    ready,
    keyFile: (name: string) => `${dir}/${name}`,
    /** Root's password as the provider set it. */
    byPassword: () => trySsh({ host: ip, password: PASSWORD }, 'id -un'),
    byKey: async (name: string) => {
      const options = [...sshOptions, 'BatchMode=yes', 'IdentitiesOnly=yes', 'ConnectTimeout=10'];
      const flags = options.flatMap((option) => ['-o', option]);
      const argv = ['ssh', ...flags, '-i', `${dir}/${name}`, `root@${ip}`, 'id', '-un'];
      return (await runProcess(argv, { deadlineMs: 20_000 })).stdout.trim();
    },
    /** Whether a stranger's connection is taken. */
    opens: (port: number) =>
      new Promise<boolean>((resolve) => {
        const socket = connect({ host: ip, port, timeout: 2000 });
        const end = (open: boolean) => {
          socket.destroy();
          resolve(open);
        };
        socket.once('connect', () => end(true));
        socket.once('timeout', () => end(false));
        socket.once('error', () => end(false));
      }),
    async close() {
      await hosts.removeAll();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
