import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '#app/embedded/files.ts';
import type { Hosts } from '#simulators/hosts/hosts.ts';
import { startTelegramServer, type TelegramServer } from '#simulators/telegram/server.ts';
import { createMemoryMachines } from '#simulators/time4vps/in-memory.ts';
import { createTime4VpsSimulator, type Time4VpsSimulator } from '#simulators/time4vps/simulator.ts';
import { containerHosts, ended, tail } from './stage-parts.ts';

const LOGIN = { login: 'owner@example.org', password: 'simulated-password' };
/** Of the fixture bot; Telegram's own form. */
const BOT_TOKEN = '1000001:simulated';
export const ADMIN = 4242;

export interface StageOptions {
  /** Keeps the hosts of parallel stages apart. */
  readonly label: string;
  readonly machines: 'containers' | 'memory';
  readonly suite?: 'bookworm' | 'trixie';
  /** Image of the hosts; the bare one when left out. */
  readonly image?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly taskMs?: number;
  /** Entry script and arguments of the agent; the product's own when left out. */
  readonly command?: readonly string[];
}

export interface ApiAnswer<T = Record<string, unknown>> {
  readonly status: number;
  readonly body: T;
  readonly headers: Headers;
}

/** The whole product as a user runs it, before a simulated provider and a simulated Telegram. */
export interface Stage {
  readonly sim: Time4VpsSimulator;
  readonly hosts: Hosts | null;
  readonly telegram: TelegramServer;
  readonly dataDir: string;
  readonly url: string;
  readonly logFile: string;
  readonly providerPassword: string;
  start(extra?: Readonly<Record<string, string>>): Promise<void>;
  /** Starts the process and waits for nothing. */
  launch(extra?: Readonly<Record<string, string>>): void;
  /** Whether the process has ended, by itself or killed. */
  hasEnded(): boolean;
  agentPid(): number;
  /** kill -9 of the supervisor alone. */
  kill(): Promise<void>;
  stop(): Promise<number | null>;
  api<T = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<ApiAnswer<T>>;
  token(): Promise<string>;
  /** Polls until `look` gives something. Bounded; the error holds the end of the agent's log. */
  until<T>(
    what: string,
    seconds: number,
    look: () => Promise<T | null | undefined | false>,
  ): Promise<T>;
  remove(): Promise<void>;
}

export async function createStage(options: StageOptions): Promise<Stage> {
  const dataDir = await mkdtemp(join(tmpdir(), `zavhoz-${options.label}-`));
  const logFile = join(dataDir, 'agent.log');
  const log = () => {};
  const hosts = options.machines === 'containers' ? await containerHosts(options, log) : null;
  const sim = createTime4VpsSimulator({
    machines: hosts?.machines ?? createMemoryMachines(),
    credentials: LOGIN,
    log,
    taskMs: options.taskMs ?? 1000,
  });
  const { url: providerUrl } = await sim.start();
  const telegram = await startTelegramServer({ token: BOT_TOKEN });
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  let child: ChildProcess | null = null;

  const environment = (extra: Readonly<Record<string, string>>) => ({
    PATH: process.env.PATH ?? '',
    HOME: process.env.HOME ?? '',
    ZAVHOZ_DATA_DIR: join(dataDir, 'data'),
    PORT: String(port),
    TIME4VPS_BASE_URL: providerUrl,
    TIME4VPS_LOGIN: LOGIN.login,
    TIME4VPS_PASSWORD: LOGIN.password,
    TELEGRAM_API_ROOT: telegram.apiRoot,
    TELEGRAM_BOT_TOKEN: BOT_TOKEN,
    ADMIN_TELEGRAM_IDS: String(ADMIN),
    SYNC_INTERVAL: '2',
    PASSWORD_RESET_POLL_INTERVAL: '1',
    PROVISIONING_RETRY_DELAY: '2',
    DOCKER_SOURCE: 'distribution',
    DOCKER_STORAGE_DRIVER: 'vfs',
    SERVER_UPGRADE: 'false',
    // Nobody outside is asked whether we are online.
    WITNESSES: `tcp://${new URL(providerUrl).host}`,
    ...options.env,
    ...extra,
  });

  const stage: Stage = {
    sim,
    hosts: hosts?.hosts ?? null,
    telegram,
    dataDir,
    url,
    logFile,
    providerPassword: LOGIN.password,
    agentPid: () => child?.pid ?? 0,
    launch(extra = {}) {
      const out = openSync(logFile, 'a');
      const [program, ...args] = options.command ?? [process.execPath, 'dist/app/main.js'];
      child = spawn(program ?? process.execPath, args, {
        stdio: ['ignore', out, out],
        env: environment(extra),
      });
      closeSync(out);
      // A run that is cut short runs no afterAll.
      process.once('exit', () => child?.kill('SIGTERM'));
    },
    hasEnded: () => child === null || child.exitCode !== null || child.signalCode !== null,
    async start(extra = {}) {
      stage.launch(extra);
      await stage.until('the API to answer', 60, async () => {
        if (stage.hasEnded()) throw new Error(`the agent ended: ${await tail(logFile)}`);
        return (await fetch(`${url}/healthz`).catch(() => null))?.ok;
      });
    },
    async kill() {
      const gone = ended(child);
      child?.kill('SIGKILL');
      await gone;
    },
    async stop() {
      if (child === null || stage.hasEnded()) return child?.exitCode ?? null;
      const gone = ended(child);
      child.kill('SIGTERM');
      await gone;
      return child.exitCode;
    },
    token: async () => (await readFile(join(dataDir, 'data', 'api-token'), 'utf8')).trim(),
    async api<T>(
      method: string,
      path: string,
      body?: unknown,
      headers: Record<string, string> = {},
    ) {
      const answer = await fetch(`${url}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${await stage.token()}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined
          ? {}
          : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
        signal: AbortSignal.timeout(30_000),
      });
      return { status: answer.status, headers: answer.headers, body: (await answer.json()) as T };
    },
    async until(what, seconds, look) {
      const end = Date.now() + seconds * 1000;
      for (;;) {
        const seen = await look();
        if (seen !== null && seen !== undefined && seen !== false) return seen;
        if (Date.now() > end)
          throw new Error(`waited ${seconds} s for ${what}\n${await tail(logFile)}`);
        await sleep(200);
      }
    },
    async remove() {
      await stage.stop();
      await sim.stop({ removeMachines: true });
      await telegram.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
  return stage;
}
