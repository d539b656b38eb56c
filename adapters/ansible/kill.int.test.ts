import { type ChildProcess, spawn } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ChildRecord } from '#domain/remote.ts';
import { watch } from '#test/contracts/playbooks-contract.ts';
import { createRecordingLogger } from '#test/fakes/logger.ts';
import { compiled, removeCompiled } from '#test/support/compiled.ts';
import { type PlaybookLab, startPlaybookLab } from '#test/support/playbook-lab.ts';
import { childMembers } from './child.ts';
import { createPlaybooks } from './index.ts';

const never = () => new AbortController().signal;

/** An agent of its own process; it tells `child <record>` and `event`, and waits where told. */
const AGENT = `
import { readFileSync } from 'node:fs';
import { createPlaybooks } from './adapters/ansible/index.js';
import { Secret } from './domain/secret.js';
const { settings, run, privateKey, waitBefore } = JSON.parse(readFileSync(0, 'utf8'));
const quiet = { debug() {}, info() {}, warn() {}, error() {}, child: () => quiet };
const say = (line) => new Promise((done) => process.stdout.write(line + '\\n', done));
run.target.auth = { kind: 'key', privateKey: new Secret(privateKey) };
await createPlaybooks({ ...settings, log: quiet }).run(
  run,
  {
    async onChild(record) {
      await say('child ' + JSON.stringify(record));
      if (waitBefore) await new Promise((done) => setTimeout(done, 600_000));
    },
    onEvent: ({ task }) => void say('event ' + task),
  },
  new AbortController().signal,
);
`;

describe('a playbook whose agent is killed', () => {
  let lab: PlaybookLab;
  let folder: string;
  beforeAll(async () => {
    [lab, folder] = await Promise.all([startPlaybookLab(), compiled(['adapters', 'domain'])]);
    await writeFile(join(folder, 'agent.js'), AGENT);
  });
  afterAll(async () => {
    await lab?.stop();
    if (folder) await removeCompiled(folder);
  });

  const ours = () => {
    const { playbooksDir, runDir } = lab;
    return createPlaybooks({ playbooksDir, runDir, log: createRecordingLogger() });
  };
  const folders = async () => (await readdir(lab.runDir)).filter((name) => name.startsWith('run-'));

  /** Starts an agent with a hanging run and returns at the first line that begins with `until`. */
  async function agent(seconds: number, until: string, waitBefore: boolean) {
    const run = lab.run('hang');
    const input = {
      settings: { playbooksDir: lab.playbooksDir, runDir: lab.runDir },
      run: { ...run, vars: { ...run.vars, lab_seconds: seconds } },
      privateKey: lab.ssh.key.privateKey.reveal(),
      waitBefore,
    };
    const node = spawn(process.execPath, ['agent.js'], { cwd: folder });
    node.stdin.end(JSON.stringify(input));
    const lines = await linesUntil(node, until);
    const record = JSON.parse(lines.find((line) => line.startsWith('child '))?.slice(6) ?? 'null');
    return { node, record: record as ChildRecord };
  }

  async function kill(node: ChildProcess): Promise<void> {
    const gone = new Promise((resolve) => node.once('exit', resolve));
    node.kill('SIGKILL');
    await gone;
  }

  it('runs nothing when the agent dies before the word to start', async () => {
    const before = await lab.ran();
    const { node, record } = await agent(1, 'child ', true);
    expect(childMembers(record)).toHaveLength(1);
    await kill(node);
    await until(() => childMembers(record).length === 0);
    expect(await lab.ran()).toEqual(before);
    // What it left is gone with the next run, and the server is free.
    await ours().run(lab.run('data'), watch().hooks, never());
    expect(await folders()).toEqual([]);
  });

  it('goes on to its end without the agent, and is swept up afterwards', async () => {
    const { node, record } = await agent(2, 'event Take long', false);
    await kill(node);
    expect(childMembers(record).length).toBeGreaterThan(0);
    await until(async () => (await lab.ran()).at(-1) === 'slept');
    await until(() => childMembers(record).length === 0, 20_000);
    expect(await folders()).toHaveLength(1);
    await ours().run(lab.run('data'), watch().hooks, never());
    expect(await folders()).toEqual([]);
  });

  it('is kept off by the lock while it lives, and ended by its record', async () => {
    const { node, record } = await agent(60, 'event Take long', false);
    await kill(node);
    const second = ours().run(lab.run('change'), watch().hooks, never());
    await expect(second).rejects.toMatchObject({ code: 'busy' });
    expect(childMembers(record).length).toBeGreaterThan(0);
    // Only exactly this child: a pid that passed to somebody else has another start time.
    await ours().end({ ...record, startTime: '1', endsAt: 'x' }, never());
    expect(childMembers(record).length).toBeGreaterThan(0);
    await ours().end(record, never());
    expect(childMembers(record)).toEqual([]);
    expect(await folders()).toEqual([]);
    await ours().run(lab.run('data'), watch().hooks, never());
  });

  it('waits for a child of another machine until it must be over', async () => {
    const { node, record } = await agent(60, 'event Take long', false);
    const elsewhere = { ...record, machineId: 'another' };
    const over = { ...elsewhere, endsAt: new Date(Date.now() - 1).toISOString() };
    await ours().end(over, never());
    const controller = new AbortController();
    const waiting = ours().end(elsewhere, controller.signal);
    setTimeout(() => controller.abort(), 200);
    await expect(waiting).rejects.toMatchObject({ code: 'cancelled' });
    expect(childMembers(record).length).toBeGreaterThan(0);
    // Of another boot of this machine nothing can be left.
    await ours().end({ ...record, bootId: 'earlier' }, never());
    expect(childMembers(record).length).toBeGreaterThan(0);
    await kill(node);
    await ours().end(record, never());
  });

  it('ends by itself at its deadline', async () => {
    const { node, record } = await agent(60, 'event Take long', false);
    await kill(node);
    const [leader] = childMembers(record);
    const argv = (await readFile(`/proc/${leader?.pid}/cmdline`, 'utf8')).split('\0');
    // 60 s of the run and 10 s more for an agent that lives.
    expect(argv.slice(0, 3)).toEqual(['timeout', '-k', '10']);
    expect(Number(argv[3])).toBeLessThanOrEqual(71);
    expect(Date.parse(record.endsAt)).toBeLessThan(Date.now() + 90_000);
    await ours().end(record, never());
  });
});

async function linesUntil(node: ChildProcess, start: string): Promise<readonly string[]> {
  let text = '';
  let errors = '';
  node.stderr?.on('data', (chunk) => {
    errors += String(chunk);
  });
  node.stdout?.on('data', (chunk) => {
    text += String(chunk);
  });
  const lines = () => text.split('\n').slice(0, -1);
  await until(() => {
    if (node.exitCode !== null) throw new Error(`the agent ended: ${errors}`);
    return lines().some((line) => line.startsWith(start));
  }, 30_000);
  return lines();
}

async function until(done: () => boolean | Promise<boolean>, limitMs = 10_000): Promise<void> {
  const end = Date.now() + limitMs;
  while (!(await done())) {
    if (Date.now() > end) throw new Error('it did not come about');
    await wait(20);
  }
}
