import { execFile } from 'node:child_process';
import { chown, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import {
  freePort,
  ignoreMissing,
  privateFolder,
  readOrCreateSecret,
  tailOf,
  writePrivately,
} from './files.ts';
import {
  findProcess,
  type ProcessInfo,
  processesIn,
  sendSignal,
  waitForExit,
} from './process-info.ts';
import { askRedis } from './redis-client.ts';
import {
  type EmbeddedService,
  type Log,
  logOf,
  recordedServer,
  serviceOf,
  spawnServer,
} from './service.ts';
import { createLauncher, handOver, type Launcher, serverEnv } from './unprivileged.ts';

export interface EmbeddedRedisOptions {
  /** Becomes a folder with the append-only file, the password (mode 0600), configuration and log. */
  dataDir: string;
  log: Log;
  /** Preferred port; without one the last used, else a free one. */
  port?: number;
}

const startDeadlineMs = 60_000;

/**
 * Starts a private redis-server on 127.0.0.1 with a random password, or takes over the one that an
 * agent killed earlier left running on the same folder.
 * @throws Error when redis-server is missing or does not come up within 60 s
 */
export async function startEmbeddedRedis(options: EmbeddedRedisOptions): Promise<EmbeddedService> {
  const { dataDir, log } = options;
  await privateFolder(dataDir);
  const files = join(dataDir, 'files');
  await mkdir(files, { recursive: true, mode: 0o700 });
  const password = await readOrCreateSecret(join(dataDir, 'password'));
  const launcher = await createLauncher();
  const started =
    (await takeOver(dataDir, password, log)) ?? (await start(options, files, password, launcher));
  return serviceOf(started, `redis://:${password}@127.0.0.1:${started.port}/0`, stop);
}

type Started = ProcessInfo & { port: number };

async function takeOver(dataDir: string, password: string, log: Log): Promise<Started | null> {
  const port = await recordedPort(dataDir);
  if (!port) return null;
  const until = Date.now() + 30_000;
  let pid = 0;
  while (Date.now() < until) {
    const answer = await askRedis(port, password, 'INFO server').catch((error: Error) => error);
    if (typeof answer === 'string') {
      pid = Number(/^process_id:(\d+)/m.exec(answer)?.[1]);
      break;
    }
    // Only a Redis that is still reading its files is worth waiting for.
    if (!answer.message.startsWith('LOADING')) return null;
    await sleep(100);
  }
  // That it took the random password proves that it is ours.
  const server = findProcess(pid);
  if (!server) return null;
  log('info', 'Redis left running by an earlier agent found', { pid });
  return { ...server, port };
}

async function start(
  { dataDir, port: wanted }: EmbeddedRedisOptions,
  files: string,
  password: string,
  launcher: Launcher,
): Promise<Started> {
  await requireRedisServer();
  // One that hangs would go on writing to the same files.
  const hanging = [(await recordedServer(dataDir))?.pid ?? 0, ...processesIn(files)].filter(
    Boolean,
  );
  for (const pid of hanging) await stop(pid, AbortSignal.timeout(2_000));
  const logFile = logOf(dataDir);
  const configFile = join(files, 'redis.conf');
  const until = Date.now() + startDeadlineMs;
  for (;;) {
    const port = await freePort(wanted ?? (await recordedPort(dataDir)));
    // Recorded before the start: an agent killed in between must find what it started.
    await writePrivately(join(dataDir, 'port'), `${port}\n`);
    await writePrivately(configFile, configuration(port, password, launcher.dataPath(files)));
    await handOver(launcher, files);
    if (launcher.account) await chown(configFile, launcher.account.uid, launcher.account.gid);
    const server = await spawnServer(
      launcher,
      {
        program: 'redis-server',
        dataDir: files,
        args: [join(launcher.dataPath(files), 'redis.conf')],
      },
      dataDir,
    );
    const { pid } = server;
    while (findProcess(pid) && Date.now() < until) {
      const answer = await askRedis(port, password, 'PING').catch(() => null);
      if (answer === 'PONG') return { ...server, port };
      await sleep(30);
    }
    const tail = await tailOf(logFile);
    if (Date.now() >= until || !/Address already in use/i.test(tail)) {
      await stop(pid);
      throw new Error(`Redis did not start. Its log (${logFile}) ends:\n${tail}`);
    }
    await sleep(300);
  }
}

async function recordedPort(dataDir: string): Promise<number | undefined> {
  return Number(await readFile(join(dataDir, 'port'), 'utf8').catch(ignoreMissing)) || undefined;
}

async function requireRedisServer(): Promise<void> {
  await promisify(execFile)('redis-server', ['--version'], {
    timeout: 10_000,
    env: serverEnv,
  }).catch((cause) => {
    throw new Error(
      'redis-server is not installed. Run "apt-get install redis-server", or set REDIS_URL to a Redis of your own.',
      { cause },
    );
  });
}

const configuration = (port: number, password: string, folder: string) => `
bind 127.0.0.1
port ${port}
protected-mode yes
requirepass ${password}
daemonize no
dir ${JSON.stringify(folder)}
appendonly yes
appendfsync everysec
save ""
maxmemory-policy noeviction
loglevel notice
logfile ""
tcp-keepalive 60
`;

/** SIGTERM, which writes the append-only file out; after 10 s or when hurried SIGKILL. */
async function stop(pid: number, signal?: AbortSignal): Promise<void> {
  sendSignal(pid, 'SIGTERM');
  if (await waitForExit(pid, 10_000, signal)) return;
  sendSignal(pid, 'SIGKILL');
  if (!(await waitForExit(pid, 5_000))) throw new Error(`Redis (pid ${pid}) cannot be stopped.`);
}
