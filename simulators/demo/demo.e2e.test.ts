import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { recordedServer } from '#app/embedded/service.ts';
import { describeRealHosts } from '#test/support/real-hosts.ts';
import { createDocker } from '../hosts/docker.ts';
import { type Places, placesOf } from './places.ts';

const MAIN = join(import.meta.dirname, '..', '..', 'dist', 'simulators', 'demo', 'main.js');

interface Run {
  readonly child: ChildProcess;
  shown(): string;
  readonly ended: Promise<number | null>;
  sees(text: string, seconds: number): Promise<void>;
}

function start(args: readonly string[], env: Readonly<Record<string, string>> = {}): Run {
  const child = spawn(process.execPath, [MAIN, ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ...env },
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
  }
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  return {
    child,
    shown: () => text,
    ended,
    async sees(wanted, seconds) {
      const done = () => text.includes(wanted) || child.exitCode !== null;
      await vi.waitUntil(done, { timeout: seconds * 1000, interval: 100 }).catch(() => {});
      expect(text).toContain(wanted);
    },
  };
}

/** Command lines of the processes that have the folder in their arguments or environment. */
const processesOf = (dir: string): string[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((pid) => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
        const all = command + readFileSync(`/proc/${pid}/environ`, 'utf8');
        return all.includes(dir) ? [command.replaceAll('\0', ' ')] : [];
      } catch {
        return [];
      }
    });

it('refuses real credentials, before it makes anything', async () => {
  const dir = join(tmpdir(), 'zavhoz-demo-never');
  const run = start(['--dir', dir], { TIME4VPS_LOGIN: 'me@example.org' });
  expect(await run.ended).toBe(2);
  expect(run.shown()).toContain('env -u TIME4VPS_LOGIN npm run demo');
  expect(existsSync(dir)).toBe(false);
});

it('says what it does not know', async () => {
  const run = start(['--cleen']);
  expect(await run.ended).toBe(2);
  expect(run.shown()).toContain('Usage: npm run demo');
});

describeRealHosts('the demo', () => {
  const docker = createDocker();
  let places: Places;
  let args: string[];
  const containers = async (...more: string[]) => {
    const filter = ['--filter', `label=zavhoz.sim=${places.label}`];
    return (await docker.call(['ps', '--quiet', ...more, ...filter])).split('\n').filter(Boolean);
  };
  const nothingRuns = async (seconds: number) => {
    const options = { timeout: seconds * 1000, interval: 200 };
    await vi.waitUntil(() => processesOf(places.dir).length === 0, options).catch(() => {});
    expect(processesOf(places.dir)).toEqual([]);
    for (const name of ['postgres', 'redis']) {
      expect(await recordedServer(join(places.agent, name))).toBeNull();
    }
    expect(await containers()).toEqual([]);
  };

  beforeAll(async () => {
    const dir = join(await mkdtemp(join(tmpdir(), 'zavhoz-demo-')), 'data');
    places = placesOf(dir, process.cwd());
    args = ['--dir', dir];
  });
  afterAll(async () => {
    await start([...args, '--clean']).ended;
    await rm(join(places.dir, '..'), { recursive: true, force: true });
  });

  it('shows a bought server become ready, answers in the chat, and ends with nothing left', async () => {
    const demo = start(args);
    await demo.sees('New server vps-1001 at time4vps', 180);
    await demo.sees('… Install and secure', 120);
    await demo.sees('vps-1001 is ready', 420);
    expect(demo.shown()).toMatch(/New server vps-1002.*\n.*not touched until you say so/);

    demo.child.stdin?.write('/status\n');
    await demo.sees('✅ ready: 1', 30);
    expect(demo.shown()).toContain('discovered: 1');

    const [, url] = /ZAVHOZ_URL=(\S+)/.exec(await readFile(places.env, 'utf8')) ?? [];
    const token = (await readFile(join(places.agent, 'api-token'), 'utf8')).trim();
    const answer = await fetch(`${url}/api/servers/vps-1001`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(await answer.json()).toMatchObject({ status: 'ready' });

    const second = start(args);
    expect(await second.ended).toBe(1);
    expect(second.shown()).toContain('A demo runs in');

    demo.child.kill('SIGTERM');
    expect(await demo.ended).toBe(0);
    await nothingRuns(0);
    expect(await containers('--all')).toHaveLength(2);
  });

  it('goes on where it was, buys another, and leaves nothing when killed in the middle', async () => {
    const demo = start(args);
    await demo.sees('as the last demo left them', 120);
    demo.child.stdin?.write('/status\n');
    await demo.sees('✅ ready: 1', 60);
    demo.child.stdin?.write('/buy\n');
    await demo.sees('… Open access by key', 180);
    demo.child.kill('SIGKILL');
    await nothingRuns(120);
  });

  it('removes what it made', async () => {
    const clean = start([...args, '--clean']);
    expect(await clean.ended).toBe(0);
    expect(await containers('--all')).toEqual([]);
    const networks = await docker.call(['network', 'ls', '--format', '{{.Name}}']);
    expect(networks.split('\n')).not.toContain(`zavhoz-${places.label}`);
    expect(existsSync(places.dir)).toBe(false);
  });
});
