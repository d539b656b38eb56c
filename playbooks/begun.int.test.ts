import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runProcess } from '../simulators/hosts/run.ts';

const inventory = { all: { hosts: { one: { ansible_connection: 'local' } } } };

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'zavhoz-begun-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

/** Plays tasks on this machine; what the last one gave back. */
async function play(...tasks: object[]) {
  const publish = { 'ansible.builtin.set_stats': { data: { zavhoz_result: '{{ seen }}' } } };
  const book = [{ hosts: 'all', gather_facts: false, tasks: [...tasks, publish] }];
  // JSON is YAML
  await writeFile(`${dir}/book.yml`, JSON.stringify(book));
  await writeFile(`${dir}/inventory.json`, JSON.stringify(inventory));
  const env = [`ANSIBLE_CONFIG=${import.meta.dirname}/ansible.cfg`, `ANSIBLE_LOCAL_TEMP=${dir}/t`];
  const argv = ['ansible-playbook', '-i', `${dir}/inventory.json`, `${dir}/book.yml`];
  const { stdout } = await runProcess(['env', ...env, ...argv], { deadlineMs: 120_000 });
  const events = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  return events.find(({ event }) => event === 'result')?.data;
}

const begin = (kind: string, script: string) => ({
  'ansible.builtin.shell': script,
  ...{ async: 100, poll: 0, register: 'begun' },
  vars: { ansible_async_dir: `${dir}/jobs/${kind}` },
});
const takeOver = () => ({ zavhoz_begun: { folder: `${dir}/jobs` }, register: 'seen' });

test('what is at work is waited for, and its change is told once', async () => {
  const first = await play(begin('upgrade', `sleep 2; touch ${dir}/made`), takeOver());
  expect(first).toMatchObject({ changed: true, done: ['upgrade'], why: [] });
  expect(await readdir(dir)).toContain('made');
  expect(await readdir(`${dir}/jobs/upgrade`)).toEqual([]);
  expect(await play(takeOver())).toMatchObject({ changed: false, done: [], why: [] });
});

test('new package lists alone are no change', async () => {
  expect(await play(begin('lists', 'true'), takeOver())).toMatchObject({
    changed: false,
    done: ['lists'],
  });
});

test('a job that failed, or was killed, counts for nothing and is not waited for', async () => {
  // Stopped first: none of them is to write down that the other one was killed.
  const killed = `groups=$(for pid in $(pgrep -f '[a]sync_wrapper.* {{ begun.ansible_job_id.split(".")[0] }} ')
    do ps -o pgid= -p $pid; done | sort -u | paste -s -d , | tr -d ' ')
    pkill -STOP -g "$groups"; pkill -KILL -g "$groups"`;
  const seen = await play(
    begin('upgrade', 'echo broken; exit 3'),
    begin('upgrade', 'sleep 90'),
    { 'ansible.builtin.shell': killed },
    takeOver(),
  );
  expect(seen).toMatchObject({ changed: false, done: [], lists: false });
  expect(seen.why.sort()).toEqual(['upgrade: it was cut short', 'upgrade: non-zero return code']);
});

test('of two jobs of a kind one that ended well is enough', async () => {
  const seen = await play(begin('upgrade', 'sleep 1'), begin('upgrade', 'exit 100'), takeOver());
  expect(seen).toMatchObject({ changed: true, done: ['upgrade'] });
});
