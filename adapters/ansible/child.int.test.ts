import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRecordingLogger } from '#test/fakes/logger.ts';
import { childMembers, EXIT_DEADLINE, EXIT_LOCKED, EXIT_NO_GO, spawnChild } from './child.ts';
import { endChildHere } from './end-child.ts';

const log = createRecordingLogger();

describe('a child that outlives us', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'zavhoz-child-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const start = (script: string, seconds = 60) =>
    spawnChild({
      argv: ['bash', '-c', script],
      lockFile: join(folder, 'lock'),
      endsAt: new Date(Date.now() + seconds * 1000),
      cwd: folder,
      env: { PATH: '/usr/bin:/bin' },
      stdoutFile: join(folder, 'stdout'),
      stderrFile: join(folder, 'stderr'),
    });
  const written = (name: string) => readFile(join(folder, name), 'utf8').catch(() => null);

  it('runs nothing without the word, and then hands its exit code over', async () => {
    const dropped = start('touch ran');
    dropped.drop();
    expect(await dropped.exit).toBe(EXIT_NO_GO);
    expect(await written('ran')).toBeNull();
    const child = start('touch ran; exit 3');
    child.go();
    expect(await child.exit).toBe(3);
    expect(await written('ran')).toBe('');
  });

  it('has a gate that is open once we say so, and shut once we are gone', async () => {
    const script = 'IFS= read -r -n 1 said <&"$ZAVHOZ_GATE"; echo "[$said]" >gate';
    for (const [pass, said] of [
      ['open', '[+]'],
      ['drop', '[]'],
    ] as const) {
      const child = start(script);
      child.go();
      await wait(200);
      expect(await written('gate')).toBeNull();
      child[pass]();
      await child.exit;
      expect((await written('gate'))?.trim()).toBe(said);
      await rm(join(folder, 'gate'));
    }
  });

  it('ends by itself at its deadline, with all that is in its group', async () => {
    const child = start('sleep 60 & echo $! >grandchild; wait', 2);
    child.go();
    expect(await child.exit).toBe(EXIT_DEADLINE);
    await wait(100);
    expect(childMembers(child.record)).toEqual([]);
    const late = start('true', -1);
    late.go();
    expect(await late.exit).toBe(EXIT_DEADLINE);
  });

  it('is ended to the last process, also those that left the group or ignore SIGTERM', async () => {
    const child = start(
      'trap "" TERM; setsid sleep 60 & (trap "" TERM; sleep 60; sleep 60) & wait; wait; sleep 60',
    );
    child.go();
    while (childMembers(child.record).length < 5) await wait(20);
    const groups = new Set(childMembers(child.record).map(({ pgid }) => pgid));
    expect(groups.size).toBe(2);
    expect(await endChildHere(child.record, log)).toBe(true);
    expect(childMembers(child.record)).toEqual([]);
  }, 20_000);

  it('is found by its mark when the leader is gone', async () => {
    const child = start('sleep 60 & disown; exit 0');
    child.go();
    expect(await child.exit).toBe(0);
    expect(childMembers(child.record)).toHaveLength(1);
    expect(await endChildHere(child.record, log)).toBe(true);
  });

  it('holds the lock as long as one of its processes lives, and no longer', async () => {
    const child = start('sleep 60 & disown; exit 0');
    child.go();
    await child.exit;
    const second = start('true');
    second.go();
    expect(await second.exit).toBe(EXIT_LOCKED);
    await endChildHere(child.record, log);
    const third = start('true');
    third.go();
    expect(await third.exit).toBe(0);
  });

  it('is never mistaken for a stranger with its number', async () => {
    const stranger = Number(execFileSync('sh', ['-c', 'sleep 60 >/dev/null 2>&1 & echo $!']));
    const child = start('true');
    child.drop();
    await child.exit;
    const record = { ...child.record, pgid: stranger };
    expect(childMembers(record)).toEqual([]);
    expect(await endChildHere(record, log)).toBe(true);
    process.kill(stranger, 'SIGKILL');
  });
});
