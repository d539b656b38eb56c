import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { get } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { root } from '#app/places.ts';
import { killAll, nodeProcesses } from './processes.ts';

/** The product as processes, on a data directory of its own. */
export interface Agent {
  readonly dataDir: string;
  /** Starts it and returns once healthz answers 200; the time that took, in seconds. */
  start(extra?: Readonly<Record<string, string>>): Promise<{ startedAt: number; seconds: number }>;
  nodePids(): readonly number[];
  /** kill -9 of the supervisor and all roles; PostgreSQL and Redis are left behind. */
  kill(): Promise<void>;
  stop(): Promise<void>;
  api<T>(method: string, path: string, body?: unknown): Promise<{ status: number; body: T }>;
  /** The events of an ended operation, from the first one on. */
  events(operation: string): Promise<readonly StepEvent[]>;
  /** Looks again and again, by default five times a second. */
  until<T>(
    what: string,
    seconds: number,
    look: () => Promise<T | false | null>,
    everyMs?: number,
  ): Promise<T>;
  remove(): Promise<void>;
}

export interface StepEvent {
  readonly at: string;
  readonly type: string;
  readonly step: string | null;
  readonly state: string | null;
}

const READY_SECONDS = 90;
const STOP_MS = 60_000;

/** `command` is run in the repository's root. */
export async function createAgent(
  command: readonly [string, ...string[]],
  env: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Agent> {
  const dataDir = await mkdtemp(join(tmpdir(), 'zavhoz-bench-'));
  const logFile = join(dataDir, 'agent.log');
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  let child: ChildProcess | null = null;
  const running = () => child !== null && child.exitCode === null && child.signalCode === null;
  const tail = async () =>
    (await readFile(logFile, 'utf8').catch(() => '')).split('\n').slice(-20).join('\n');
  const token = async () => (await readFile(join(dataDir, 'data', 'api-token'), 'utf8')).trim();

  const agent: Agent = {
    dataDir,
    async start(extra = {}) {
      const out = openSync(logFile, 'a');
      const startedAt = Date.now();
      const from = performance.now();
      const [program, ...args] = command;
      child = spawn(program, args, {
        cwd: root,
        stdio: ['ignore', out, out],
        env: {
          PATH: process.env.PATH,
          HOME: process.env.HOME,
          ...{ ZAVHOZ_DATA_DIR: join(dataDir, 'data'), PORT: String(port) },
          // Nobody outside is asked whether it is online.
          ...(env.TIME4VPS_BASE_URL && {
            WITNESSES: `tcp://${new URL(env.TIME4VPS_BASE_URL).host}`,
          }),
          ...env,
          ...extra,
        },
      });
      closeSync(out);
      while (!(await answers(`${url}/healthz`))) {
        const late = performance.now() - from > READY_SECONDS * 1000;
        if (late || !running()) throw new Error(`the agent did not start:\n${await tail()}`);
        await sleep(20, undefined, { signal });
      }
      return { startedAt, seconds: (performance.now() - from) / 1000 };
    },
    nodePids: () => (child?.pid === undefined ? [] : nodeProcesses(child.pid)),
    async kill() {
      const gone = ended(child);
      await killAll(agent.nodePids());
      await gone;
    },
    async stop() {
      if (!running()) return;
      const gone = ended(child);
      child?.kill('SIGTERM');
      const timer = setTimeout(() => void killAll(agent.nodePids()), STOP_MS);
      await gone;
      clearTimeout(timer);
    },
    async api<T>(method: string, path: string, body?: unknown) {
      const answer = await fetch(`${url}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${await token()}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(30_000),
      });
      return { status: answer.status, body: (await answer.json()) as T };
    },
    async events(operation) {
      const answer = await fetch(`${url}/api/operations/${operation}/events`, {
        headers: { authorization: `Bearer ${await token()}`, accept: 'text/event-stream' },
        signal: AbortSignal.timeout(30_000),
      });
      const lines = (await answer.text()).split('\n').filter((line) => line.startsWith('data: '));
      return lines.map((line) => JSON.parse(line.slice(6)) as StepEvent);
    },
    async until(what, seconds, look, everyMs = 200) {
      const end = performance.now() + seconds * 1000;
      for (;;) {
        const seen = await look();
        if (seen !== false && seen !== null) return seen;
        if (performance.now() > end) {
          throw new Error(`waited ${seconds} s for ${what}\n${await tail()}`);
        }
        await sleep(everyMs, undefined, { signal });
      }
    },
    async remove() {
      await agent.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
  return agent;
}

// Not fetch: its first call loads for some 100 ms what node:http already has.
const answers = (url: string) =>
  new Promise<boolean>((resolve) => {
    const request = get(url, { timeout: 2000, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.once('timeout', () => request.destroy());
    request.once('error', () => resolve(false));
    request.once('close', () => resolve(false));
  });

const ended = (child: ChildProcess | null) =>
  new Promise<void>((resolve) => {
    if (child === null || child.exitCode !== null || child.signalCode !== null) resolve();
    else child.once('exit', () => resolve());
  });

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
