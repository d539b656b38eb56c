import { describe, expect, it } from 'vitest';
import { OpsError } from '#domain/errors.ts';
import { createRecordingLogger } from '#test/fakes/logger.ts';
import { processStartTime } from './host-id.ts';
import { createPrograms } from './programs.ts';

const programs = createPrograms({ log: createRecordingLogger() });
const options = (timeoutMs = 10_000) => ({ timeoutMs, signal: new AbortController().signal });
const sh = (script: string): [string, ...string[]] => ['sh', '-c', script];

describe('programs', () => {
  it('hands over input, environment and folder, and takes an exit code for an answer', async () => {
    const answer = await programs.run(sh('cat; pwd; echo "$ZAV $HOME"; echo no >&2; exit 4'), {
      ...options(),
      stdin: 'in ',
      env: { ZAV: 'hoz' },
      cwd: '/',
    });
    // Nothing of our own environment: HOME is empty.
    expect(answer).toEqual({
      code: 4,
      stdout: 'in /\nhoz \n',
      stderr: 'no\n',
      timedOut: false,
      truncated: false,
    });
  });

  it('does not stumble over a program that ignores a large input', async () => {
    const answer = await programs.run(sh('exit 0'), { ...options(), stdin: 'x'.repeat(1_000_000) });
    expect(answer.code).toBe(0);
  });

  it('cuts output at the bound', async () => {
    const answer = await programs.run(sh('head -c 200000 /dev/zero'), {
      ...options(),
      maxOutputBytes: 1000,
    });
    expect(answer).toMatchObject({ code: 0, truncated: true });
    expect(answer.stdout).toHaveLength(1000);
  });

  it('ends the whole group at the deadline, also what ignores SIGTERM', async () => {
    const script = 'trap "" TERM; (trap "" TERM; sleep 60) & echo $!; wait; sleep 60';
    const answer = await programs.run(sh(script), options(300));
    expect(answer).toMatchObject({ code: null, timedOut: true });
    expect(processStartTime(Number(answer.stdout.trim()))).toBeNull();
  });

  it('ends the group at an abort and throws its reason', async () => {
    const controller = new AbortController();
    const run = programs.run(['sleep', '60'], { timeoutMs: 60_000, signal: controller.signal });
    setTimeout(() => controller.abort(new OpsError('superseded', 'a newer one')), 100);
    await expect(run).rejects.toMatchObject({ code: 'superseded' });
  });

  it('does not wait for a grandchild that keeps the output open', async () => {
    const answer = await programs.run(sh('sleep 60 & echo $!'), options());
    expect(answer).toMatchObject({ code: 0, timedOut: false });
    expect(processStartTime(Number(answer.stdout.trim()))).toBeNull();
  });

  it('says which program is missing', async () => {
    const run = programs.run(['no-such-program'], options());
    await expect(run).rejects.toMatchObject({ code: 'unavailable', retry: 'no' });
    await expect(run).rejects.toThrow(/no-such-program cannot be started: it is not installed/);
  });
});
