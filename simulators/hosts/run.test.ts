import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { runProcess } from './run.ts';

const deadlineMs = 20_000;

test('gives exit code, both outputs, and feeds the input', async () => {
  const script = 'cat; echo oops >&2; exit 3';
  const result = await runProcess(['sh', '-c', script], { deadlineMs, input: 'secret' });
  expect(result).toEqual({ code: 3, stdout: 'secret', stderr: 'oops\n' });
});

test('arguments reach the program as they are', async () => {
  const odd = `a b'c"d$HOME;\`x\``;
  expect((await runProcess(['printf', '%s', odd], { deadlineMs })).stdout).toBe(odd);
});

test('a missing program is named', async () => {
  await expect(runProcess(['no-such-program'], { deadlineMs })).rejects.toThrow(/no-such-program/);
});

const alive = (pid: number) =>
  readFile(`/proc/${pid}/stat`, 'utf8').then(
    (stat) => !/\) [ZX] /.test(stat),
    () => false,
  );

test('a deadline ends grandchildren too', async () => {
  let output = '';
  const run = runProcess(['sh', '-c', 'sleep 600 & echo $!; wait'], {
    deadlineMs: 300,
    onOutput: (chunk) => {
      output += chunk;
    },
  });
  await expect(run).rejects.toThrow(/still running after 300 ms/);
  const grandchild = Number(output);
  expect(grandchild).toBeGreaterThan(1);
  await expect.poll(() => alive(grandchild)).toBe(false);
});

test('an abort ends it with the abort’s reason, also before it began', async () => {
  const stop = new AbortController();
  const run = runProcess(['sleep', '600'], { deadlineMs, signal: stop.signal });
  stop.abort(new Error('not needed'));
  await expect(run).rejects.toThrow('not needed');
  const late = runProcess(['sleep', '600'], { deadlineMs, signal: stop.signal });
  await expect(late).rejects.toThrow('not needed');
});
