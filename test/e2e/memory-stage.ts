import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClock } from '#adapters/clock.ts';
import { createLogger } from '#adapters/logger.ts';
import { startApi } from '#app/api-role.ts';
import { startBot } from '#app/bot-role.ts';
import { createCore } from '#app/core.ts';
import { freePort } from '#app/embedded/files.ts';
import { startEmbeddedPostgres } from '#app/embedded/postgres.ts';
import { startEmbeddedRedis } from '#app/embedded/redis.ts';
import type { EmbeddedService } from '#app/embedded/service.ts';
import { startWorker } from '#app/worker-role.ts';
import { loadConfig } from '#config/index.ts';
import { startTelegramServer } from '#simulators/telegram/server.ts';
import { createTime4VpsSimulator } from '#simulators/time4vps/simulator.ts';
import { createMemoryHostProbe } from '../fakes/memory-host-probe.ts';
import { createMemoryHosts } from '../fakes/memory-hosts.ts';
import { createMemorySsh, createMemoryTcpProbe } from '../fakes/memory-ssh.ts';
import { createJoinedMachines, createPlaybooksByServer } from './memory-machines.ts';
import { ADMIN } from './stage.ts';

const LOGIN = { login: 'owner@example.org', password: 'simulated-password' };
export type MemoryStage = Awaited<ReturnType<typeof createMemoryStage>>;

/**
 * The whole agent in this process, on a PostgreSQL and a Redis of its own and hosts in memory: what
 * happens to it and around it can be chosen to the moment.
 */
export async function createMemoryStage(settings: Readonly<Record<string, string>> = {}) {
  const dataDir = await mkdtemp(join(tmpdir(), 'zavhoz-faults-'));
  const hosts = createMemoryHosts();
  const playbooks = createPlaybooksByServer(hosts);
  const sim = createTime4VpsSimulator({
    ...{ machines: createJoinedMachines(hosts), credentials: LOGIN, log: () => {}, taskMs: 100 },
  });
  const { url: providerUrl } = await sim.start();
  const telegram = await startTelegramServer({ token: '1000001:simulated' });
  const silent = () => {};
  const database = keptService(() =>
    startEmbeddedPostgres({ dataDir: join(dataDir, 'postgres'), log: silent }),
  );
  const queue = keptService(() =>
    startEmbeddedRedis({ dataDir: join(dataDir, 'redis'), log: silent }),
  );
  await Promise.all([database.start(), queue.start()]);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const env = {
    ...{ ZAVHOZ_DATA_DIR: dataDir, PORT: String(port) },
    ...{ DATABASE_URL: database.url(), REDIS_URL: queue.url() },
    TIME4VPS_BASE_URL: providerUrl,
    TIME4VPS_LOGIN: LOGIN.login,
    TIME4VPS_PASSWORD: LOGIN.password,
    TELEGRAM_API_ROOT: telegram.apiRoot,
    TELEGRAM_BOT_TOKEN: telegram.token,
    ADMIN_TELEGRAM_IDS: String(ADMIN),
    ...{ SYNC_INTERVAL: '1', PASSWORD_RESET_POLL_INTERVAL: '1', PROVISIONING_RETRY_DELAY: '1' },
    ...settings,
  };
  let log = '';
  const lines = new Writable({
    write(chunk, _, done) {
      log += chunk;
      done();
    },
  });
  let ahead = 0;
  const real = createClock();
  const clock = { ...real, now: () => new Date(real.now().getTime() + ahead) };

  const core = await createCore(loadConfig(env, dataDir), 'test', {
    clock,
    log: createLogger({ level: 'debug', pretty: false, destination: lines }),
  });
  const api = await startApi(core, env);
  const bot = await startBot(core);
  const worker = await startWorker(core, env, {
    ssh: createMemorySsh(hosts),
    tcp: createMemoryTcpProbe(hosts),
    hosts: createMemoryHostProbe(hosts),
    outside: {
      ping: async () => true,
      service: async () => ({ state: 'ok', reason: '', latencyMs: 1, expiresAt: null }),
    },
    witnesses: [{ name: 'here', ask: async () => true }],
    playbooks,
  });
  const token = (await readFile(join(dataDir, 'api-token'), 'utf8')).trim();

  const call = async <T = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<{ status: number; body: T }> => {
    const answer = await fetch(`${url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined
        ? {}
        : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      signal: AbortSignal.timeout(60_000),
    });
    return { status: answer.status, body: (await answer.json()) as T };
  };

  const until = async <T>(
    what: string,
    seconds: number,
    look: () => Promise<T | null | undefined | false>,
  ): Promise<T> => {
    const end = Date.now() + seconds * 1000;
    for (;;) {
      const seen = await look();
      if (seen !== null && seen !== undefined && seen !== false) return seen;
      if (Date.now() > end) {
        const lines = log.split('\n').filter((line) => !line.includes('"debug"'));
        throw new Error(`waited ${seconds} s for ${what}\n${lines.slice(-30).join('\n')}`);
      }
      await sleep(100);
    }
  };

  return {
    ...{ sim, hosts, playbooks, telegram, dataDir, env, database, queue, call, until },
    log: () => log,
    /** The agent's clock goes forward at once. */
    skip: (seconds: number) => {
      ahead += seconds * 1000;
    },
    worker,
    async remove() {
      for (const role of [worker, bot, api]) await role.stop();
      await core.close();
      await Promise.all([database.end(), queue.end(), sim.stop(), telegram.close()]);
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** A database server that can be made to go away, and to come back at the same address. */
function keptService(start: () => Promise<EmbeddedService>) {
  let service: EmbeddedService | null = null;
  return {
    url: () => service?.url ?? '',
    async start() {
      service = await start();
    },
    /** As a crash of the machine it runs on. */
    async kill() {
      if (service === null) throw new Error('it is not started');
      process.kill(service.pid, 'SIGKILL');
      while (service.alive()) await sleep(20);
    },
    end: async () => service?.stop(AbortSignal.abort()),
  };
}
