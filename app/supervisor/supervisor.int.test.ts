import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createStage, type Stage } from '#test/support/supervisor-stage.ts';
import { findProcess, sendSignal, waitForExit } from '../embedded/process-info.ts';
import { runSupervisor, type SupervisorOptions } from './supervisor.ts';

let stage: Stage;
let health: Server;
let healthUrl: string;
let stop: AbortController;
let logged: string[];

beforeEach(async () => {
  stage = await createStage();
  health = createServer((_request, response) => response.end('ok')).listen(0, '127.0.0.1');
  await vi.waitUntil(() => health.listening);
  const address = health.address();
  healthUrl = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/healthz`;
  stop = new AbortController();
  logged = [];
});

afterEach(async () => {
  health.close();
  await stage.remove();
});

const run = (options: Partial<SupervisorOptions>) =>
  runSupervisor({
    dataDir: stage.path('data'),
    services: { databaseUrl: 'postgresql://given', redisUrl: 'redis://given' },
    roles: [],
    env: { PATH: process.env.PATH },
    healthUrl,
    log: (_level, message) => logged.push(message),
    onReady: () => logged.push('ready'),
    backoff: { firstMs: 20, maxMs: 80, resetAfterMs: 60_000 },
    signal: stop.signal,
    ...options,
  });

const lines = (name: string) => stage.lines(name);
const waitFor = (condition: () => boolean | Promise<boolean>) =>
  vi.waitUntil(condition, { timeout: 30_000, interval: 20 });

test('hands URLs and environment to the roles, says when it is ready, drains on stop', async () => {
  const role = await stage.role('drains', {
    onTerm: `setTimeout(() => { note('drained'); process.exit(0); }, 300)`,
  });
  const ended = run({ roles: [{ ...role, env: { ZAVHOZ_ROLE: 'worker' } }] });
  await waitFor(async () => (await lines('drains')).length > 0 && logged.includes('ready'));
  expect(await lines('drains')).toEqual(['start worker postgresql://given redis://given']);
  stop.abort();
  expect(await ended).toBe(0);
  expect(await lines('drains')).toContain('drained');
});

test('starts a crashed role again, waiting longer each time', async () => {
  const role = await stage.role('crashes', { body: 'process.exit(3)' });
  const delays: unknown[] = [];
  const log: SupervisorOptions['log'] = (_level, _message, fields) => {
    if (fields?.outcome === 3) delays.push(fields.inMs);
  };
  const ended = run({ roles: [role], log });
  await waitFor(() => delays.length >= 5);
  stop.abort();
  await ended;
  expect(delays.slice(0, 5)).toEqual([20, 40, 80, 80, 80]);
});

test('gives up when a role says that its settings are wrong', async () => {
  const wrong = await stage.role('wrong', { body: 'process.exit(78)' });
  const fine = await stage.role('fine', {});
  expect(await run({ roles: [wrong, fine] })).toBe(78);
  expect(await lines('wrong')).toHaveLength(1);
});

test('kills a role that does not drain in time', async () => {
  const role = await stage.role('deaf', { onTerm: `note('heard')` });
  const ended = run({ roles: [role], drainMs: 200 });
  await waitFor(async () => (await lines('deaf')).length > 0);
  stop.abort();
  expect(await ended).toBe(0);
  expect(logged).toContain('A process did not finish in time and is killed');
  expect(await lines('deaf')).toContain('heard');
});

test('a second agent on the same data directory is refused', async () => {
  const ended = run({});
  await waitFor(() => logged.includes('ready'));
  await expect(run({})).rejects.toThrow(/already works on/);
  stop.abort();
  await ended;
});

test('killed: roles notice and end, services stay and are taken over by the next', async () => {
  const role = await stage.role('orphan', { onGone: `note('gone'); process.exit(0)` });
  const first = await stage.supervisor({ role, healthUrl });
  await waitFor(async () => (await lines('orphan')).length > 0);
  const [, , databaseUrl] = (await lines('orphan'))[0]?.split(' ') ?? [];
  const postmaster = stage.path('data/postgres/cluster/postmaster.pid');
  const pid = Number((await readFile(postmaster, 'utf8')).split('\n')[0]);
  first.kill('SIGKILL');
  await waitFor(async () => (await lines('orphan')).includes('gone'));
  expect(findProcess(pid)).not.toBeNull();

  const second = await stage.supervisor({ role, healthUrl });
  await waitFor(async () => (await lines('orphan')).length >= 3);
  expect((await lines('orphan'))[2]).toContain(databaseUrl);
  second.kill('SIGTERM');
  expect(await second.exitCode).toBe(0);
  expect(findProcess(pid)).toBeNull();
  expect(stage.processesLeft()).toEqual([]);
});

test('a database that dies comes back at the same address', async () => {
  const role = await stage.role('client', {});
  const ended = run({ roles: [role], services: { redisUrl: 'redis://given' } });
  await waitFor(() => logged.includes('ready'));
  const postmaster = stage.path('data/postgres/cluster/postmaster.pid');
  const killed = Number((await readFile(postmaster, 'utf8')).split('\n')[0]);
  sendSignal(killed, 'SIGKILL');
  await waitForExit(killed, 5_000);
  await waitFor(async () => {
    const pid = Number((await readFile(postmaster, 'utf8').catch(() => '')).split('\n')[0]);
    return pid !== killed && findProcess(pid) !== null;
  });
  stop.abort();
  await ended;
  expect(logged).toContain('PostgreSQL ended by itself and is started again');
  expect(await lines('client')).toHaveLength(1);
  expect(stage.processesLeft()).toEqual([]);
});
