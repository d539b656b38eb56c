import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');

describe('test_force_rebuild.sh', () => {
  let clone: string;
  beforeEach(() => {
    clone = mkdtempSync(join(tmpdir(), 'zavhoz clone '));
    mkdirSync(join(clone, 'cli'));
    for (const file of ['test_force_rebuild.sh', 'cli/zavhoz.mjs']) {
      cpSync(join(root, file), join(clone, file));
    }
    writeFileSync(join(clone, 'package.json'), '{"type":"module"}');
  });
  afterEach(() => rmSync(clone, { recursive: true }));
  const run = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    spawnSync(join(clone, 'test_force_rebuild.sh'), args, {
      encoding: 'utf8',
      cwd: tmpdir(),
      env: { PATH: process.env.PATH ?? '', ...env },
    });
  const build = (code: string) => {
    mkdirSync(join(clone, 'dist', 'cli'), { recursive: true });
    writeFileSync(join(clone, 'dist', 'cli', 'main.js'), code);
  };

  it.each([[[]], [['--reset']]])('without a server, %j, it is wrong use', (args) => {
    const { status, stderr } = run(args);
    expect(status).toBe(2);
    expect(stderr).toMatch(/name a server first.*Usage:/s);
  });

  it('says that Zavhoz is not built', () => {
    const { status, stderr } = run(['vps-1001']);
    expect(status).toBe(2);
    expect(stderr).toMatch(/not built yet.*npm start/s);
  });

  it('hands everything to the command line and its exit code back, wherever it is called', () => {
    build(
      'console.log(JSON.stringify([process.argv.slice(2), process.env.ZAVHOZ_DATA_DIR])); process.exitCode = 1;',
    );
    const { status, stdout } = run(['vps-1001', '--reset', '--yes']);
    expect(status).toBe(1);
    const words = ['rebuild', '--follow', 'vps-1001', '--reset', '--yes'];
    expect(JSON.parse(stdout)).toEqual([words, join(clone, 'data')]);
    const elsewhere = run(['vps-1001'], { ZAVHOZ_DATA_DIR: '/srv/zavhoz' });
    expect(JSON.parse(elsewhere.stdout)[1]).toBe('/srv/zavhoz');
  });
});
