import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '..');
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'zavhoz-folders-'));
  for (const name of ['package.json', 'tsconfig.json'])
    cpSync(join(root, name), join(folder, name));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Writes the files, checks them and returns exit code and report. */
const check = (files: Record<string, string>) => {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(root, 'scripts', 'check-folders.mjs')],
    { cwd: folder, encoding: 'utf8', timeout: 60_000 },
  );
  return { status, report: stdout + stderr };
};

const types = { 'domain/a.ts': 'export type A = 1;\n', 'tools/b.ts': 'export const b = 1;\n' };

test('accepts what the table allows', () => {
  const { status, report } = check({
    ...types,
    'nodes/c.ts': "import type { A } from '#domain/a.ts';\nexport const c: A = 1;\n",
    'nodes/d.ts': "import { b } from '#tools/b.ts';\nexport const d = b;\n",
    'bot/e.test.ts': "import { b } from '#tools/b.ts';\nexport const e = b;\n",
    'simulators/demo/main.ts': "import { f } from '#app/f.ts';\nexport const g = f;\n",
    'app/f.ts': "import { b } from '#tools/b.ts';\nexport const f = b;\n",
  });
  expect(report).toContain('no dependency violations');
  expect(status).toBe(0);
});

test('finds imports between folders, of values and of types, and says what to do instead', () => {
  const { status, report } = check({
    ...types,
    'domain/c.ts': "import { b } from '#tools/b.ts';\nexport const c = b;\n",
    'bot/d.ts': "import type { T } from '../graph/t.ts';\nexport type D = T;\n",
    'graph/t.ts': 'export type T = 1;\n',
    'app/e.ts': "import { s } from '#simulators/s.ts';\nexport const e = s;\n",
    'simulators/s.ts': 'export const s = 1;\n',
    'api/f.ts': "import { g } from '#config/g.ts';\nexport const f = g;\n",
    'config/g.ts': 'export const g = 1;\n',
  });
  expect(status).toBe(1);
  for (const name of ['domain', 'bot', 'app', 'api']) expect(report).toContain(`${name}-imports`);
  expect(report).toContain('config-is-read-once');
  expect(report).toMatch(/The bot speaks to the Agent port/);
});

test('finds libraries used outside their owner, built-in ones too', () => {
  const { status, report } = check({
    'bot/a.ts': "import { Client } from 'pg';\nexport const a = Client;\n",
    'nodes/b.ts': "import { spawn } from 'node:child_process';\nexport const b = spawn;\n",
    'tools/c.ts': "import type { Queue } from 'bullmq';\nexport type C = Queue;\n",
    'workers/d.ts': "import { Queue } from 'bullmq';\nexport const d = Queue;\n",
    'api/e.ts':
      "import { StateGraph } from '@langchain/langgraph';\nexport const e = StateGraph;\n",
  });
  expect(status).toBe(1);
  expect(report.match(/error library-[^\s:]+: \S+/g)?.sort()).toEqual([
    'error library-@langchain/langgraph: api/e.ts',
    'error library-bullmq: tools/c.ts',
    'error library-nodechild_process: nodes/b.ts',
    'error library-pg: bot/a.ts',
  ]);
});

test('finds cycles and imports that lead nowhere', () => {
  const { status, report } = check({
    'domain/a.ts': "import { b } from './b.ts';\nexport const a = () => b;\n",
    'domain/b.ts': "import { a } from './a.ts';\nexport const b = () => a;\n",
    'domain/c.ts': "import { x } from '#domain/missing.ts';\nexport const c = x;\n",
  });
  expect(status).toBe(1);
  expect(report).toContain('no-cycles');
  expect(report).toContain('no-unresolved: domain/c.ts');
});

test('fails when there is nothing to see', () => {
  const { status, report } = check({});
  expect(status).toBe(1);
  expect(report).toContain('Nothing was checked');
});
