import { describe, expect, it } from 'vitest';
import { createClock } from '#adapters/clock.ts';
import type { HttpRequest } from '#domain/ports.ts';
import { quietLog } from '#test/builders/quiet-log.ts';
import { time4vps } from './index.ts';

const signal = new AbortController().signal;
const task = (name: string, activated: string, results: string) => ({
  ...{ name, activated, assigned: activated, completed: activated, results },
});
const NOW = '2026-01-02T10:00:00+02:00';
const BEFORE = '2026-01-01T10:00:00+02:00';

/** Answers by path: what the simulated API never says. */
function provider(answers: Readonly<Record<string, unknown>>) {
  const settings = time4vps.settings.parse({ login: 'a', password: 'b' });
  const asked: string[] = [];
  const http =
    () =>
    async ({ method, path }: HttpRequest) => {
      asked.push(`${method} ${path}`);
      return { status: 200, headers: {}, body: answers[path] };
    };
  const programs = { run: () => Promise.reject(new Error('no programs here')) };
  const deps = { http, programs, clock: createClock(), log: quietLog() };
  return { asked, ...time4vps.create(settings, deps) };
}

describe('a done task without its password', () => {
  const reset = 'server_reset_password';
  const details = {
    status: 'Active',
    last_tasks: [
      task('server_recreate', NOW, 'Password: of-another-task'),
      task(reset, BEFORE, 'Password: of-an-older-reset'),
      task(reset, NOW, 'New password: secret1'),
    ],
  };
  const path = `/server/7/task/${reset}`;

  it('finds it in last_tasks, by name and time stamp', async () => {
    const silent = { '/server/7': details, [path]: task(reset, NOW, '') };
    const latest = await provider(silent).latest('7', 'reset_password', signal);
    expect(latest?.password?.reveal()).toBe('secret1');
    const byId = { '/server/7': details, '/server/7/task/55': task(reset, NOW, '') };
    const found = await provider(byId).task('7', '55', 'reset_password', signal);
    expect(found).toMatchObject({ id: '55', activated: NOW });
    expect(found.password?.reveal()).toBe('secret1');
  });

  it('takes none of another task', async () => {
    const other = task(reset, '2026-01-03T10:00:00+02:00', '');
    const silent = { '/server/7': details, [path]: other };
    const latest = await provider(silent).latest('7', 'reset_password', signal);
    expect(latest).toMatchObject({ state: 'done', password: null });
  });

  it('asks no further where the task itself tells it', async () => {
    const telling = provider({ [path]: task(reset, NOW, 'Password: secret2') });
    await telling.latest('7', 'reset_password', signal);
    expect(telling.asked).toEqual([`GET ${path}`]);
  });
});

it('sends an OS and a key to a reinstall, and nothing where the OS is not known', async () => {
  const bodies: unknown[] = [];
  const answer = (os: string) => (request: HttpRequest) => {
    if (request.method === 'POST') bodies.push(request.body);
    const body = request.method === 'POST' ? { task_id: 9 } : { status: 'Active', os };
    return Promise.resolve({ status: 200, headers: {}, body });
  };
  const create = (os: string) => {
    const settings = time4vps.settings.parse({ login: 'a', password: 'b' });
    const programs = { run: () => Promise.reject(new Error('no programs here')) };
    const deps = { http: () => answer(os), programs, clock: createClock(), log: quietLog() };
    return time4vps.create(settings, deps);
  };
  const started = await create('debian').start(
    '7',
    'reinstall',
    { sshKey: 'ssh-ed25519 A' },
    signal,
  );
  expect(started.id).toBe('9');
  expect(bodies).toEqual([{ os: 'debian', ssh_key: 'ssh-ed25519 A' }]);
  await expect(create('').start('7', 'reinstall', {}, signal)).rejects.toThrow(/OS template/);
  expect(bodies).toHaveLength(1);
});
