import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { isDead, processStat } from '../host-id.ts';
import { createRunFolder } from './run-folder.ts';

const lives = (pid = 0) => {
  const stat = processStat(pid);
  return stat !== null && !isDead(stat);
};

it('a run folder takes the kept connections of its own run along, and no others', async () => {
  const runs = await mkdtemp(join(tmpdir(), 'zavhoz-masters-'));
  const [ours, other] = [await createRunFolder(runs), await createRunFolder(runs)];
  // As OpenSSH names a master: the title takes the place of the arguments.
  const masters = [ours, other].map(({ path }) =>
    spawn('sleep', ['60'], { argv0: `ssh: ${path}/cp/1f2e [mux]`, stdio: 'ignore' }),
  );
  try {
    await ours.remove();
    expect(masters.map(({ pid }) => lives(pid))).toEqual([false, true]);
    await other.remove();
    expect(masters.map(({ pid }) => lives(pid))).toEqual([false, false]);
  } finally {
    for (const master of masters) master.kill('SIGKILL');
    await rm(runs, { recursive: true, force: true });
  }
});
