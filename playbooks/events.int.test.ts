import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runProcess } from '../simulators/hosts/run.ts';

const SECRET = 'hunter2-hunter2';
const inventory = { all: { hosts: { one: { ansible_connection: 'local' } } } };
const play = (...tasks: object[]) => [{ name: 'Trial', hosts: 'all', gather_facts: false, tasks }];

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'zavhoz-events-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

/** `before` stands before the command, `after` behind it, in a shell. */
async function run(book: object, before = '', after = '') {
  // JSON is YAML
  await writeFile(`${dir}/book.yml`, JSON.stringify(book));
  await writeFile(`${dir}/inventory.json`, JSON.stringify(inventory));
  const env = [`ANSIBLE_CONFIG=${import.meta.dirname}/ansible.cfg`, `ANSIBLE_LOCAL_TEMP=${dir}/t`];
  const argv = ['ansible-playbook', '-i', `${dir}/inventory.json`, `${dir}/book.yml`];
  const shell = ['sh', '-c', `${before} exec "$@" ${after}`, 'sh'];
  const answer = await runProcess([...shell, 'env', ...env, ...argv], { deadlineMs: 60_000 });
  const lines = answer.stdout.split('\n').filter((line) => line !== '');
  return { ...answer, events: lines.map((line) => JSON.parse(line)) };
}

test('every line is an event, with its place among all tasks', async () => {
  const { code, events } = await run(
    play(
      { name: 'Nothing', 'ansible.builtin.assert': { that: true } },
      { name: 'Sometimes', 'ansible.builtin.command': 'true', when: false },
      { name: 'A change', 'ansible.builtin.command': 'true' },
      { name: 'Pause', 'ansible.builtin.meta': 'noop' },
      { 'ansible.builtin.set_stats': { data: { zavhoz_result: { overall: 'ok' } } } },
    ),
  );
  expect(code).toBe(0);
  const seen = events.map(({ event, task, index, total }) => [event, task, index, total]);
  expect(seen).toEqual([
    ['play', undefined, undefined, 4],
    ['task', 'Nothing', 1, 4],
    ['ok', 'Nothing', 1, 4],
    ['task', 'Sometimes', 2, 4],
    ['skipped', 'Sometimes', 2, 4],
    ['task', 'A change', 3, 4],
    ['changed', 'A change', 3, 4],
    ['task', 'ansible.builtin.set_stats', 4, 4],
    ['ok', 'ansible.builtin.set_stats', 4, 4],
    ['result', undefined, undefined, undefined],
    ['recap', undefined, undefined, undefined],
  ]);
  expect(events.at(-2)).toMatchObject({ host: 'one', data: { overall: 'ok' } });
  expect(events.at(-1).stats.one).toMatchObject({ ok: 3, changed: 1, failures: 0, unreachable: 0 });
});

test('behind a gate no play starts before it opens, and none at all once it is shut', async () => {
  const book = play({ name: 'A change', 'ansible.builtin.command': 'true' });
  const shut = await run(book, 'export ZAVHOZ_GATE=8;', '8</dev/null');
  expect([shut.code, shut.events]).toEqual([75, []]);
  const missing = await run(book, 'export ZAVHOZ_GATE=8;', '8<&-');
  expect([missing.code, missing.events]).toEqual([75, []]);
  const opened = await run(book, `export ZAVHOZ_GATE=8; printf + >${dir}/gate;`, `8<${dir}/gate`);
  expect(opened.code).toBe(0);
  expect(opened.events.at(-1).stats.one.changed).toBe(1);
});

test('a failure that is handled is none; one that is not says why, its end kept', async () => {
  const noise = 'x'.repeat(10_000);
  const { code, events } = await run(
    play(
      { name: 'Allowed', 'ansible.builtin.command': 'false', ignore_errors: true },
      { name: 'Fatal', 'ansible.builtin.fail': { msg: `${noise} the reason` } },
    ),
  );
  expect(code).toBe(2);
  const failed = events.filter(({ event }) => event === 'failed');
  expect(failed).toMatchObject([{ task: 'Fatal', msg: expect.stringMatching(/the reason$/) }]);
  expect(failed[0].msg.length).toBeLessThan(2100);
  expect(events.find(({ ignored }) => ignored)).toMatchObject({ event: 'ok', task: 'Allowed' });
});

test('what a task hides stays hidden, also when it fails, in a loop, or is published', async () => {
  const hidden = { no_log: true, ignore_errors: true };
  const { stdout, stderr, events } = await run(
    play(
      { 'ansible.builtin.fail': { msg: SECRET }, ...hidden },
      { 'ansible.builtin.command': 'ls {{ item }}', loop: [`/${SECRET}`], ...hidden },
      { 'ansible.builtin.set_stats': { data: { zavhoz_result: SECRET } }, no_log: true },
      { 'ansible.builtin.fail': { msg: SECRET }, no_log: true },
    ),
  );
  expect(stdout + stderr).not.toContain(SECRET);
  expect(events.at(-2)).toMatchObject({ event: 'failed', msg: 'hidden (no_log)' });
});
