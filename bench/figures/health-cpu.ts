import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type SshLab, startSshLab } from '#test/support/ssh-lab.ts';
import { type Figure, median } from '../figure.ts';
import type { Order, Report } from '../health-client.ts';

const HOSTS = 200;
const ROUNDS = 6;
const AT_ONCE = 40;
const run = promisify(execFile);

/** Processor time of the monitor's side of a check, against a login per check and against Ansible. */
export const healthCpu: Figure = {
  name: 'health_cpu_ms_per_check',
  unit: 'ms',
  target: 1.5,
  peer: 'ansible -m raw on the same hosts in the same run',
  realHosts: false,
  async measure(say, signal) {
    const hosts = Array.from({ length: HOSTS }, (_, at) => `127.77.${at >> 7}.${(at & 127) + 1}`);
    say(`${HOSTS} sshd processes start`);
    const lab = await startSshLab({ addresses: hosts });
    try {
      const { kept, fresh, mixed } = await byClient(lab, hosts, signal);
      say('ansible');
      const ansible = await byAnsible(lab, hosts, signal);
      const [one, login, tenth] = [median(kept), median(fresh), median(mixed)];
      const lines = [
        judge('kept connection', one, '≤', 1.5, 'ms'),
        judge('every tenth a fresh login', tenth, '≤', 2.5, 'ms'),
        judge(`fresh login (${login.toFixed(2)} ms) against kept`, login / one, '≥', 5, 'times'),
        judge(`ansible (${ansible.toFixed(1)} ms) against kept`, ansible / one, '≥', 80, 'times'),
      ];
      for (const line of lines) say(line);
      return {
        value: one,
        samples: kept,
        peerSamples: [ansible],
        conditions: `${HOSTS} sshd processes on loopback addresses, the whole check script, ${ROUNDS} rounds, ${AT_ONCE} at a time, the client's processor time alone; ${lines.join('; ')}`,
      };
    } finally {
      await lab.stop();
    }
  },
};

function judge(what: string, value: number, way: '≤' | '≥', target: number, unit: string): string {
  const met = way === '≤' ? value <= target : value >= target;
  return `${what}: ${value.toFixed(2)} ${unit} (${way} ${target}: ${met ? 'met' : 'MISSED'})`;
}

async function byClient(
  lab: SshLab,
  hosts: readonly string[],
  signal: AbortSignal,
): Promise<Report> {
  const order: Order = {
    hosts,
    port: lab.port,
    keyFile: join(lab.folder, 'key'),
    hostKey: lab.hostKey,
    rounds: ROUNDS,
    atOnce: AT_ONCE,
  };
  const file = join(lab.folder, 'order.json');
  await writeFile(file, JSON.stringify(order));
  const client = join(import.meta.dirname, '..', 'health-client.js');
  const { stdout } = await run(process.execPath, [client, file], { signal, timeout: 600_000 });
  return JSON.parse(stdout);
}

/** With all its children: forks of Python, ssh. Masters that it leaves behind are not counted. */
async function byAnsible(
  lab: SshLab,
  hosts: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  const inventory = join(lab.folder, 'inventory');
  const known = join(lab.folder, 'known-hosts');
  const { type, key } = lab.hostKey;
  await writeFile(known, hosts.map((host) => `[${host}]:${lab.port} ${type} ${key}\n`).join(''));
  const vars = [
    `ansible_port=${lab.port}`,
    'ansible_user=root',
    `ansible_ssh_private_key_file=${join(lab.folder, 'key')}`,
    `ansible_ssh_common_args='-o UserKnownHostsFile=${known}'`,
  ];
  await writeFile(inventory, ['[all]', ...hosts, '[all:vars]', ...vars, ''].join('\n'));
  const script = `ansible all -i ${inventory} -f ${AT_ONCE} -m raw -a true >&2; code=$?; times; exit $code`;
  const env = {
    PATH: process.env.PATH,
    HOME: lab.folder,
    ANSIBLE_HOME: lab.folder,
    LC_ALL: 'C.UTF-8',
  };
  const options = { env, signal, timeout: 600_000, maxBuffer: 16 * 1024 * 1024 };
  const { stdout } = await run('bash', ['-c', script], options);
  // bash prints its own times in the first line, those of its children in the second.
  const [, children = ''] = stdout.trim().split('\n');
  const seconds = [...children.matchAll(/(\d+)m([\d.]+)s/g)].map(
    ([, minutes, rest]) => Number(minutes) * 60 + Number(rest),
  );
  return (seconds.reduce((sum, one) => sum + one, 0) * 1000) / hosts.length;
}
