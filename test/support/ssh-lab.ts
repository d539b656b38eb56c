import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { ensureKeyPair, type KeyPair } from '#adapters/keys.ts';
import type { HostKey, SshTarget } from '#domain/remote.ts';

const exec = promisify(execFile);
const CACHE = 'node_modules/.cache/zavhoz-ssh-lab';
const PACKAGES = ['openssh-server', 'libwrap0', 'sudo'];

/** Passwords with everything that breaks quoting, INI files and templates. */
export const PASSWORDS = {
  root: `r00t '"#$(x) \\ {{ 7*7 }} ü`,
  deploy: `d3ploy #; '"{{ lookup('pipe', 'id') }}`,
};

export interface SshLab {
  readonly folder: string;
  readonly port: number;
  readonly hostKey: HostKey;
  /** Opens root and deploy (sudo with a password) and easy (sudo without one). */
  readonly key: KeyPair;
  /** As root by key, the host key known. */
  target(changes?: Partial<SshTarget>): SshTarget;
  stop(): Promise<void>;
}

/**
 * A real sshd with real sudo on a loopback port, in a mount and process namespace of its own: the
 * packages are unpacked, not installed, and the users exist only in there.
 */
export async function startSshLab(
  options: { readonly passwords?: boolean; readonly interactive?: boolean } = {},
): Promise<SshLab> {
  const packages = await unpacked();
  const folder = await mkdtemp(join(tmpdir(), 'zavhoz-lab-'));
  const key = await ensureKeyPair(join(folder, 'key'), 'lab');
  const host = await ensureKeyPair(join(folder, 'host'), 'lab-host');
  await writeAccounts(folder, packages, key);
  const port = await freePort();
  await writeFile(join(folder, 'sshd_config'), sshdConfig(folder, port, options));
  const sshd = await startSshd(folder, packages, port);
  const [type = '', blob = ''] = host.publicKey.split(' ');
  const hostKey = { type, key: blob };
  return {
    folder,
    port,
    hostKey,
    key,
    target: (changes = {}) => ({
      handle: 'vps-1',
      host: '127.0.0.1',
      port,
      user: 'root',
      auth: { kind: 'key', privateKey: key.privateKey },
      become: 'none',
      becomePassword: null,
      hostKeys: [hostKey],
      jump: null,
      ...changes,
    }),
    async stop() {
      const gone = new Promise((resolve) => sshd.once('exit', resolve));
      sshd.kill('SIGKILL');
      if (sshd.exitCode === null && sshd.signalCode === null) await gone;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function unpacked(): Promise<string> {
  const root = join(process.cwd(), CACHE, 'root');
  if (existsSync(root)) return root;
  const draft = await mkdtemp(join(tmpdir(), 'zavhoz-debs-'));
  await exec('apt-get', ['download', ...PACKAGES], { cwd: draft, timeout: 120_000 });
  for (const name of await readdir(draft)) {
    if (name.endsWith('.deb'))
      await exec('dpkg-deb', ['-x', join(draft, name), join(draft, 'root')]);
  }
  const cache = join(process.cwd(), CACHE);
  await mkdir(cache, { recursive: true });
  const copy = await mkdtemp(join(cache, 'copy-'));
  await exec('cp', ['-a', join(draft, 'root'), copy]);
  // Another test file may have been faster; either copy is good.
  await rename(join(copy, 'root'), root).catch(() => {});
  await rm(copy, { recursive: true, force: true });
  await rm(draft, { recursive: true, force: true });
  return root;
}

async function writeAccounts(folder: string, packages: string, key: KeyPair): Promise<void> {
  const etc = join(folder, 'etc');
  await exec('cp', ['-a', join(packages, 'etc'), etc]);
  const users = [
    ['root', 0, PASSWORDS.root],
    ['deploy', 4001, PASSWORDS.deploy],
    ['easy', 4002, PASSWORDS.deploy],
  ] as const;
  const passwd = ['sshd:x:200:65534::/run/sshd:/usr/sbin/nologin'];
  const shadow = ['sshd:*:19000::::::'];
  await mkdir(join(folder, 'keys'));
  for (const [name, id, password] of users) {
    const home = join(folder, 'home', name);
    await mkdir(home, { recursive: true });
    await exec('chown', [String(id), home]);
    passwd.push(`${name}:x:${id}:${id}::${home}:/bin/bash`);
    shadow.push(`${name}:${await hash(password)}:19000:0:99999:7:::`);
    await writeFile(join(folder, 'keys', name), `${key.publicKey}\n`);
  }
  await writeFile(
    join(etc, 'passwd'),
    `${passwd.join('\n')}\nnobody:x:65534:65534::/:/bin/false\n`,
  );
  await writeFile(join(etc, 'group'), 'root:x:0:\nshadow:x:42:\nnogroup:x:65534:\n');
  await writeFile(join(etc, 'shadow'), `${shadow.join('\n')}\n`);
  const rules =
    'Defaults env_reset\nroot ALL=(ALL) ALL\ndeploy ALL=(ALL) ALL\neasy ALL=(ALL) NOPASSWD: ALL\n';
  await writeFile(join(etc, 'sudoers'), rules, { mode: 0o440 });
  const pam =
    'auth required pam_unix.so\naccount required pam_permit.so\nsession required pam_permit.so\n';
  await writeFile(join(etc, 'pam.d/sudo'), pam);
  await writeFile(join(etc, 'pam.d/sshd'), pam);
  await exec('chmod', ['755', folder]);
}

function sshdConfig(
  folder: string,
  port: number,
  { passwords = true, interactive = false }: { passwords?: boolean; interactive?: boolean },
): string {
  const yes = (value: boolean) => (value ? 'yes' : 'no');
  return [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${folder}/host`,
    'PidFile none',
    'PermitRootLogin yes',
    'StrictModes no',
    `AuthorizedKeysFile ${folder}/keys/%u`,
    `PasswordAuthentication ${yes(passwords)}`,
    `KbdInteractiveAuthentication ${yes(interactive)}`,
    `UsePAM ${yes(interactive)}`,
    'MaxStartups 100',
    '',
  ].join('\n');
}

async function startSshd(folder: string, packages: string, port: number): Promise<ChildProcess> {
  const script = [
    `mount -t overlay lab -o lowerdir=${packages}/usr:/usr /usr`,
    `mount -t overlay lab -o lowerdir=${folder}/etc:/etc /etc`,
    'mount -t tmpfs lab /run',
    'mkdir /run/sshd',
    `exec /usr/sbin/sshd -D -e -f ${folder}/sshd_config`,
  ].join('\n');
  const argv = [
    'unshare',
    '-m',
    '-p',
    '-f',
    '--kill-child=SIGKILL',
    '--mount-proc',
    'sh',
    '-ec',
    script,
  ];
  const [program = '', ...args] = process.getuid?.() === 0 ? argv : ['sudo', '-n', ...argv];
  const sshd = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  sshd.stderr?.on('data', (chunk) => {
    said = (said + String(chunk)).slice(-4000);
  });
  for (let tries = 0; tries < 200; tries++) {
    if (sshd.exitCode !== null) break;
    if (await answers(port)) return sshd;
    await wait(50);
  }
  sshd.kill('SIGKILL');
  throw new Error(`sshd did not start: ${said}`);
}

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('data', () => socket.destroy() && resolve(true));
    socket.once('error', () => resolve(false));
  });

/** A loopback port that nobody listens on at the moment. */
export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });

async function hash(password: string): Promise<string> {
  const { stdout } = await new Promise<{ stdout: string }>((resolve, reject) => {
    const child = execFile('openssl', ['passwd', '-6', '-stdin'], (error, out) =>
      error ? reject(error) : resolve({ stdout: out }),
    );
    child.stdin?.end(`${password}\n`);
  });
  return stdout.trim();
}
