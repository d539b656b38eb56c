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
import { sshdConfig, writeAccounts } from './ssh-lab-files.ts';

export { PASSWORDS } from './ssh-lab-files.ts';

const exec = promisify(execFile);
const CACHE = 'node_modules/.cache/zavhoz-ssh-lab';
const PACKAGES = ['openssh-server', 'libwrap0', 'sudo'];

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
  options: {
    readonly passwords?: boolean;
    readonly interactive?: boolean;
    /** Loopback addresses, each with an sshd process of its own; 127.0.0.1 where not given. */
    readonly addresses?: readonly string[];
  } = {},
): Promise<SshLab> {
  const packages = await unpacked();
  const folder = await mkdtemp(join(tmpdir(), 'zavhoz-lab-'));
  const key = await ensureKeyPair(join(folder, 'key'), 'lab');
  const host = await ensureKeyPair(join(folder, 'host'), 'lab-host');
  await writeAccounts(folder, packages, key);
  const port = await freePort();
  await writeFile(join(folder, 'sshd_config'), sshdConfig(folder, port, options));
  const sshd = await startSshd(folder, packages, port, options.addresses ?? ['127.0.0.1']);
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
      sshd.stdin?.end();
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

async function startSshd(
  folder: string,
  packages: string,
  port: number,
  addresses: readonly string[],
): Promise<ChildProcess> {
  const script = [
    `mount -t overlay lab -o lowerdir=${packages}/usr:/usr /usr`,
    `mount -t overlay lab -o lowerdir=${folder}/etc:/etc /etc`,
    'mount -t tmpfs lab /run',
    'mkdir /run/sshd',
    `for address in ${addresses.join(' ')}; do`,
    `  /usr/sbin/sshd -D -e -f ${folder}/sshd_config -o ListenAddress=$address &`,
    'done',
    // Ends when our end of the pipe does, however that comes about, and the namespace with it.
    'cat >/dev/null',
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
  const sshd = spawn(program, args, { stdio: ['pipe', 'ignore', 'pipe'] });
  let said = '';
  sshd.stderr?.on('data', (chunk) => {
    said = (said + String(chunk)).slice(-4000);
  });
  for (let tries = 0; tries < 200; tries++) {
    if (sshd.exitCode !== null) break;
    if ((await Promise.all(addresses.map((one) => answers(one, port)))).every(Boolean)) return sshd;
    await wait(50);
  }
  sshd.stdin?.end();
  throw new Error(`sshd did not start: ${said}`);
}

const answers = (address: string, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, address);
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
