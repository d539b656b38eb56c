import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const deadline = { timeout: 15_000 };

export interface Account {
  readonly uid: number;
  readonly gid: number;
}

// Under a lock, and looked for once more inside it: two useradd of the same name at once both
// succeed, and the second takes the first one's id away. $1 name.
const create = `
getent passwd "$1" >/dev/null && exit
exec useradd --system --user-group --no-create-home --home-dir /nonexistent \\
  --shell /usr/sbin/nologin "$1"`;

/**
 * The system user that runs the databases, made where it is missing; else PostgreSQL's own.
 * Only root may make it. Throws with what to do instead.
 */
export async function systemAccount(name: string): Promise<Account> {
  const known = await lookUp(name);
  if (known) return known;
  const refused = await run('flock', ['/etc', 'sh', '-ec', create, 'zavhoz', name], deadline).then(
    () => null,
    (error: Error) => error,
  );
  const account = (await lookUp(name)) ?? (await lookUp('postgres'));
  if (account) return account;
  throw new Error(
    `PostgreSQL does not run as root, and the system user "${name}" could not be made. Start Zavhoz as an ordinary user, or set DATABASE_URL and REDIS_URL.`,
    { cause: refused },
  );
}

async function lookUp(name: string): Promise<Account | null> {
  const entry = await run('getent', ['passwd', name], deadline).catch(() => null);
  const [, , uid, gid] = entry?.stdout.trim().split(':') ?? [];
  return uid && gid ? { uid: Number(uid), gid: Number(gid) } : null;
}
