import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { hostIdentity, processStartTime, processStat } from './host-id.ts';

describe('host identity', () => {
  it('is the same on every call and not empty', () => {
    expect(hostIdentity()).toEqual(hostIdentity());
    expect(hostIdentity().machineId).toMatch(/^[0-9a-f]{32}$/);
    expect(hostIdentity().bootId).toMatch(/^[0-9a-f-]{36}\/\d+$/);
  });

  it('reads the start time of a living process, also one with an odd name', () => {
    expect(processStartTime(process.pid)).toMatch(/^\d+$/);
    const before = process.title;
    process.title = 'a) Z 1 (b';
    expect(processStartTime(process.pid)).toMatch(/^\d+$/);
    process.title = before;
  });

  it('says null for a pid that is gone', async () => {
    const child = spawn('true');
    await once(child, 'close');
    expect(processStartTime(child.pid ?? 0)).toBeNull();
  });

  it('takes a zombie for dead', async () => {
    // The shell's child ends after another program took the shell's place, which never reaps it.
    const child = spawn('sh', ['-c', 'sleep 0.3 & echo $!; exec sleep 30']);
    const [line] = await once(child.stdout, 'data');
    const pid = Number(String(line).trim());
    while (processStat(pid)?.state !== 'Z') await new Promise((resolve) => setTimeout(resolve, 5));
    expect(processStat(pid)).not.toBeNull();
    expect(processStartTime(pid)).toBeNull();
    child.kill('SIGKILL');
    await once(child, 'close');
  });
});
