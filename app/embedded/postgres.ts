import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  freePort,
  ignoreMissing,
  privateFolder,
  readOrCreateSecret,
  tailOf,
  writePrivately,
} from './files.ts';
import {
  disownPostmasterPid,
  ensureCluster,
  postgresPrograms,
  readPostmasterPid,
} from './postgres-files.ts';
import { asksForPassword } from './postgres-probe.ts';
import { findProcess, type ProcessInfo, sendSignal, waitForExit, worksIn } from './process-info.ts';
import {
  type EmbeddedService,
  type Log,
  logOf,
  recordedServer,
  serviceOf,
  spawnServer,
} from './service.ts';
import { createLauncher, type Launcher } from './unprivileged.ts';

export interface EmbeddedPostgresOptions {
  /** Becomes a folder with the cluster, its password (mode 0600), port and log. */
  dataDir: string;
  log: Log;
  /** Preferred port; without one the last used, else a free one. */
  port?: number;
  /** Further server settings, such as `fsync: 'off'` for tests. */
  settings?: Record<string, string>;
}

const startDeadlineMs = 120_000;

const defaults: Record<string, string> = {
  listen_addresses: '127.0.0.1',
  // All clients use TCP; socket paths in deep folders exceed the kernel's 107 bytes.
  unix_socket_directories: '',
  timezone: 'UTC',
  log_timezone: 'UTC',
  password_encryption: 'scram-sha-256',
  max_connections: '100',
  shared_buffers: '64MB',
  jit: 'off',
};

/**
 * Starts the PostgreSQL 18 that npm brought along, on 127.0.0.1 with a random password, or takes
 * over the one that an agent killed earlier left running on the same folder.
 * @throws Error with the end of PostgreSQL's log when it does not come up within 120 s
 */
export async function startEmbeddedPostgres(
  options: EmbeddedPostgresOptions,
): Promise<EmbeddedService> {
  const { dataDir, log } = options;
  const cluster = join(dataDir, 'cluster');
  const programs = postgresPrograms();
  await privateFolder(dataDir);
  const password = await readOrCreateSecret(join(dataDir, 'password'));
  const launcher = await createLauncher();
  const state = await ensureCluster({ launcher, programs, cluster, password });
  if (state === 'created') log('info', 'PostgreSQL cluster created', { dataDir });
  const started =
    (await takeOver(dataDir, cluster, log)) ??
    (await start({ ...options, cluster, programs, launcher }));
  const url = `postgresql://zavhoz:${password}@127.0.0.1:${started.port}/zavhoz`;
  return serviceOf(started, url, stop);
}

type Started = ProcessInfo & { port: number };

async function takeOver(dataDir: string, cluster: string, log: Log): Promise<Started | null> {
  const found = await readPostmasterPid(cluster);
  if (!found) return null;
  const running = findProcess(found.pid);
  const recorded = (await recordedServer(dataDir))?.pid === found.pid;
  // The record may be missing when the agent was killed directly after the start.
  if (!running || !(recorded || worksIn(found.pid, cluster))) {
    if (isListed(found.pid)) await disownPostmasterPid(cluster);
    return null;
  }
  log('info', 'PostgreSQL left running by an earlier agent found', { pid: found.pid });
  const until = Date.now() + 30_000;
  while (found.port > 0 && Date.now() < until && findProcess(found.pid)) {
    if (await asksForPassword(found.port)) return { ...running, port: found.port };
    await sleep(100);
  }
  log('warn', 'It does not answer and is replaced', { pid: found.pid });
  await stop(found.pid);
  return null;
}

async function start(
  context: EmbeddedPostgresOptions & {
    cluster: string;
    programs: string;
    launcher: Launcher;
  },
): Promise<Started> {
  const { dataDir, cluster, launcher } = context;
  const portFile = join(dataDir, 'port');
  const until = Date.now() + startDeadlineMs;
  for (;;) {
    const recorded = Number(await readFile(portFile, 'utf8').catch(ignoreMissing));
    const port = await freePort(context.port ?? recorded);
    await writePrivately(portFile, `${port}\n`);
    const settings = { ...defaults, ...context.settings, port: String(port) };
    const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const request = {
      program: join(context.programs, 'postgres'),
      dataDir: cluster,
      args: ['-D', launcher.dataPath(cluster), ...args],
    };
    const server = await spawnServer(launcher, request, dataDir);
    const { pid } = server;
    while (findProcess(pid) && Date.now() < until) {
      const ours = (await readPostmasterPid(cluster))?.pid === pid;
      if (ours && (await asksForPassword(port))) return { ...server, port };
      await sleep(40);
    }
    // Gone at once: another took the port, or backends of a killed postmaster still hold its
    // shared memory. Both pass.
    if (Date.now() >= until || !(await mayPass(dataDir))) {
      await stop(pid);
      throw new Error(
        `PostgreSQL did not start. Its log (${logOf(dataDir)}) ends:\n${await tailOf(logOf(dataDir))}`,
      );
    }
    await sleep(500);
  }
}

async function mayPass(dataDir: string): Promise<boolean> {
  const tail = await tailOf(logOf(dataDir), 800);
  return /shared memory block|could not bind|Address already in use|lock file/i.test(tail);
}

/** Fast shutdown (SIGINT), after 20 s or when hurried an immediate one (SIGQUIT), at last SIGKILL. */
async function stop(pid: number, signal?: AbortSignal): Promise<void> {
  for (const [name, patience] of [
    ['SIGINT', 20_000],
    ['SIGQUIT', 5_000],
    ['SIGKILL', 5_000],
  ] as const) {
    if (name === 'SIGINT' && signal?.aborted) continue;
    sendSignal(pid, name);
    if (await waitForExit(pid, patience, name === 'SIGINT' ? signal : undefined)) return;
  }
  throw new Error(`PostgreSQL (pid ${pid}) cannot be stopped.`);
}

function isListed(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
