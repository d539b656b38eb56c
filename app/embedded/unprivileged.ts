import { execFile } from 'node:child_process';
import { chmod, chown, lstat, readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { type Account, systemAccount } from './system-account.ts';

const run = promisify(execFile);
const deadline = { timeout: 15_000 };

/** All that a server program gets to see: the agent's environment holds secrets. */
export const serverEnv = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LANG: 'C',
  TZ: 'UTC',
};

/** How a server program is started by this process. */
export interface Launcher {
  /** Who runs it; null: the user of this process. */
  account: Account | null;
  /** Where the program will see its data folder. */
  dataPath(dataDir: string): string;
  /** The command line for spawn; `program` may be an absolute path or a name from PATH. */
  command(request: { program: string; dataDir: string; args: string[] }): [string, string[]];
}

// Runs as root in a mount namespace of its own: shows program and data at reachable places, then
// gives up all rights. $1 program folder or "", $2 data folder, $3 uid, $4 gid, then the command.
const enter = `
mount -t tmpfs -o mode=755,size=64k zavhoz /mnt
mkdir /mnt/program /mnt/data
[ -z "$1" ] || mount --bind -o ro "$1" /mnt/program
mount --bind "$2" /mnt/data
uid=$3; gid=$4; shift 4; cd /mnt/data
exec setpriv --reuid "$uid" --regid "$gid" --clear-groups --no-new-privs --inh-caps=-all -- "$@"`;

/**
 * PostgreSQL refuses to run as root, and an unprivileged user cannot reach a folder in root's
 * home. So root starts servers as a system user inside a private mount namespace; where namespaces
 * are forbidden (plain containers) as that user directly, which needs reachable folders.
 */
export async function createLauncher(): Promise<Launcher> {
  if (process.getuid?.() !== 0) {
    return {
      account: null,
      dataPath: (dataDir) => dataDir,
      command: ({ program, args }) => [program, args],
    };
  }
  const account = await systemAccount('zavhoz');
  const ids = [String(account.uid), String(account.gid)];
  if (await mayMount()) {
    return {
      account,
      dataPath: () => '/mnt/data',
      command: ({ program, dataDir, args }) => {
        // The package's bin/ needs the lib/ beside it; a program of the system is reachable as it is.
        const root = program.includes('/') ? dirname(dirname(program)) : '';
        const inside = root ? `/mnt/program/bin/${basename(program)}` : program;
        const namespace = ['--mount', '--propagation', 'private', 'sh', '-ec', enter, 'zavhoz'];
        return ['unshare', [...namespace, root, dataDir, ...ids, inside, ...args]];
      },
    };
  }
  return {
    account,
    dataPath: (dataDir) => dataDir,
    command: ({ program, args }) => [
      'setpriv',
      ['--reuid', ids[0] ?? '', '--regid', ids[1] ?? '', '--clear-groups', '--', program, ...args],
    ],
  };
}

/** Gives a folder and all in it to the launcher's account. Cheap when it is so already. */
export async function handOver(launcher: Launcher, folder: string): Promise<void> {
  if (!launcher.account) return;
  const { uid, gid } = launcher.account;
  if (launcher.dataPath(folder) === folder) await openTheWay(launcher.account, folder);
  const found = await lstat(folder);
  if (found.uid === uid && found.gid === gid) return;
  const entries = await readdir(folder, { recursive: true });
  for (const entry of entries) await lchownQuietly(join(folder, entry), uid, gid);
  await chown(folder, uid, gid);
}

/** Without a namespace the account must get through the folders above; they stay unreadable to it. */
async function openTheWay(account: Account, folder: string): Promise<void> {
  const own = [dirname(folder), dirname(dirname(folder))];
  for (const parent of own) await chmod(parent, (await lstat(parent)).mode | 0o011);
  const [uid, gid] = [String(account.uid), String(account.gid)];
  const look = ['--reuid', uid, '--regid', gid, '--clear-groups', '--', 'test', '-e', folder];
  await run('setpriv', look, deadline).catch((cause) => {
    throw new Error(
      `This machine forbids mount namespaces, and the system user that runs the databases cannot enter ${own[1]}. Set ZAVHOZ_DATA_DIR to a folder it can reach, such as /var/lib/zavhoz, or set DATABASE_URL and REDIS_URL.`,
      { cause },
    );
  });
}

async function lchownQuietly(path: string, uid: number, gid: number): Promise<void> {
  if (!(await lstat(path)).isSymbolicLink()) await chown(path, uid, gid);
}

async function mayMount(): Promise<boolean> {
  const probe = 'mount -t tmpfs -o size=64k zavhoz /mnt';
  const namespace = ['--mount', '--propagation', 'private', 'sh', '-ec', probe];
  return run('unshare', namespace, deadline).then(
    () => true,
    () => false,
  );
}
