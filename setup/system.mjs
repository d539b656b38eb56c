import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { runLong, runQuietly, SetupError, say } from './run.mjs';

/** Debian package → the programs it must bring. */
const programs = {
  'redis-server': ['redis-server'],
  ansible: ['ansible-playbook'],
  sshpass: ['sshpass'],
  'openssh-client': ['ssh', 'ssh-keygen'],
  'docker.io': ['docker'],
  debootstrap: ['debootstrap'],
  'ansible-lint': ['ansible-lint'],
};

const systemFolders = ['/usr/local/sbin', '/usr/sbin', '/sbin'];
const policyFile = '/usr/sbin/policy-rc.d';
const policyMark = '# Written by the set-up of Zavhoz';

/** The packages of the list whose programs are not on this machine. */
export function missingPackages(
  wanted,
  { path = process.env.PATH ?? '', system = systemFolders, engine = engineElsewhere() } = {},
) {
  const folders = [...path.split(delimiter), ...system];
  const found = (name) => folders.some((folder) => folder && existsSync(join(folder, name)));
  const complete = (name) =>
    programs[name].every(found) && (name !== 'docker.io' || engine || found('dockerd'));
  return wanted.filter((name) => !complete(name));
}

// Many a machine has Docker's client alone; its engine may also be another machine's.
function engineElsewhere() {
  return Boolean(process.env.DOCKER_HOST) || existsSync('/var/run/docker.sock');
}

/** The step that installs Debian packages, after asking on a terminal. */
export function packagesStep(wanted, { yes, optional }) {
  return {
    needed: () => missingPackages(wanted).length > 0 || wasCutOff(),
    async run() {
      try {
        if (wasCutOff()) await keepRedisDown();
        const missing = missingPackages(wanted);
        if (missing.length > 0) await install(missing, yes);
      } catch (error) {
        if (!optional || !(error instanceof SetupError)) throw error;
        say(error.message);
      }
    },
  };
}

/** How to act as root: [] for root, sudo where it asks no password, null without rights. */
export async function rootPrefix() {
  if (process.getuid() === 0) return [];
  const { code } = await runQuietly(['sudo', '-n', 'true'], { timeoutMs: 10_000 });
  return code === 0 ? ['sudo', '-n'] : null;
}

async function install(names, yes) {
  const command = `apt-get install --no-install-recommends ${names.join(' ')}`;
  if (!existsSync('/usr/bin/apt-get')) {
    throw new SetupError(`These programs are missing; install them: ${names.join(', ')}.`);
  }
  const prefix = await rootPrefix();
  if (!prefix) {
    throw new SetupError(
      `System packages are missing and you are neither root nor have sudo without a password. Run\n\n    sudo ${command}\n\n(as root without sudo) and start again.`,
    );
  }
  if (!(await agreed(names, yes))) {
    throw new SetupError(`Nothing was installed. By hand: ${command}`);
  }
  const env = ['env', 'DEBIAN_FRONTEND=noninteractive', 'NEEDRESTART_MODE=l'];
  const apt = [...prefix, ...env, 'apt-get', '-q', '-o', 'DPkg::Lock::Timeout=600'];
  const newRedis = names.includes('redis-server');
  if (newRedis) await holdServices(prefix);
  try {
    // An installation that was cut off earlier blocks every later one until it is completed.
    await runQuietly([...prefix, ...env, 'dpkg', '--force-confold', '--configure', '-a']);
    await runLong('Reading the package lists', [...apt, 'update']);
    await runLong(`Installing ${names.join(', ')}`, [
      ...apt,
      ...['-y', '-o', 'Dpkg::Options::=--force-confold', 'install', '--no-install-recommends'],
      ...names,
    ]);
  } finally {
    if (newRedis) await keepRedisDown(prefix);
  }
  const still = missingPackages(names);
  if (still.length > 0) throw new SetupError(`apt did not bring ${still.join(', ')}.`);
}

async function agreed(names, yes) {
  if (yes || !process.stdin.isTTY || !process.stderr.isTTY) return true;
  const question = createInterface({ input: process.stdin, output: process.stderr });
  const refused = new Promise((resolve) => {
    question.once('SIGINT', () => resolve('no'));
    question.once('close', () => resolve('no'));
  });
  try {
    const asked = question.question(
      `Zavhoz needs these Debian packages and would install them by apt: ${names.join(', ')}.\nInstall? [Y/n] `,
    );
    const answer = await Promise.race([asked, refused]);
    return /^(y|yes|)$/i.test(answer.trim());
  } finally {
    question.close();
  }
}

// Debian starts a service as soon as its package is unpacked; policy-rc.d is the way to say no. It
// goes on saying so when the set-up is killed and apt is not, and removes itself after an hour.
async function holdServices(prefix) {
  if (existsSync(policyFile) && ownerOfPolicy() === null) return;
  const script = `#!/bin/sh
${policyMark} ${process.pid}: keeps apt from starting a system-wide Redis.
if [ -n "$(find "$0" -mmin +60)" ]; then rm -f "$0"; exit 0; fi
case "$1" in redis*) exit 101 ;; esac
exit 0
`;
  if (prefix.length === 0) return writeFileSync(policyFile, script, { mode: 0o755 });
  const write = `printf '%s' "$1" > ${policyFile} && chmod 755 ${policyFile}`;
  await runQuietly([...prefix, 'sh', '-c', write, 'sh', script]);
}

// Zavhoz runs a Redis of its own: the machine's must not come up with the next boot either.
async function keepRedisDown(known) {
  const prefix = known ?? (await rootPrefix());
  if (!prefix) return;
  const { code } = await runQuietly([...prefix, 'systemctl', 'disable', 'redis-server']);
  if (code !== 0) await runQuietly([...prefix, 'update-rc.d', 'redis-server', 'disable']);
  if (ownerOfPolicy() !== null) await runQuietly([...prefix, 'rm', '-f', policyFile]);
}

/** True when a set-up that was installing Redis is no more. */
function wasCutOff() {
  const owner = ownerOfPolicy();
  return owner !== null && owner !== process.pid && !existsSync(`/proc/${owner}`);
}

/** The set-up that wrote policy-rc.d; null when there is none or it is somebody else's. */
function ownerOfPolicy() {
  try {
    const [, pid] = readFileSync(policyFile, 'utf8').split(policyMark);
    return pid ? Number.parseInt(pid, 10) : null;
  } catch {
    return null;
  }
}
