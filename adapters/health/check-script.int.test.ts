import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHECK_COMMAND } from './check-script.ts';
import { parseReading } from './parse-reading.ts';

const exec = promisify(execFile);

describe('the check script', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'zavhoz-check-'));
    await mkdir(join(folder, 'bin'));
    const docker = join(folder, 'bin', 'docker');
    await writeFile(docker, '#!/bin/sh\ntrap "" TERM INT HUP\nsleep 60\n');
    await chmod(docker, 0o755);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function read(shell: string, env: Record<string, string> = {}) {
    const sentAt = Date.now();
    const options = { env: { PATH: process.env.PATH, HOME: folder, ...env }, timeout: 20_000 };
    const { stdout, stderr } = await exec(shell, ['-c', CHECK_COMMAND], options);
    expect(stderr).toBe('');
    return parseReading(stdout, { sentAt, receivedAt: Date.now() });
  }

  it.each(['/bin/sh', '/bin/bash'])('sees this machine through %s', async (shell) => {
    const reading = await read(shell);
    expect(reading?.disks[0]).toMatchObject({ path: '/', spacePercent: expect.any(Number) });
    expect(reading?.memory?.totalMiB).toBeGreaterThan(100);
    expect(reading?.load?.cores).toBeGreaterThan(0);
    expect(reading?.bootId).toMatch(/^[0-9a-f-]{36}\.\d+$/);
    expect(reading?.uptimeSeconds).toBeGreaterThan(0);
    expect(reading?.rebootRequired).toEqual(expect.any(Boolean));
    expect(Math.abs(reading?.clock.offsetMs ?? Number.NaN)).toBeLessThan(5000);
  });

  it('does not hang with a Docker that hangs and hears no signal', async () => {
    const env = { PATH: `${join(folder, 'bin')}:${process.env.PATH}`, DOCKER_HOST: 'unix:///x' };
    const reading = await read('/bin/sh', env);
    expect(reading?.docker).toBe('silent');
    expect(reading?.memory).not.toBeNull();
  });

  it('gets through any login shell: no quote, backslash, exclamation mark or line end', () => {
    const script = /^exec sh -c '(.*)'$/.exec(CHECK_COMMAND)?.[1];
    expect(script).toBeDefined();
    expect(script).not.toMatch(/['\\!\n]/);
    expect(Buffer.byteLength(CHECK_COMMAND)).toBeLessThan(4096);
  });
});
