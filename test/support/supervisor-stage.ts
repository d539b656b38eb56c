import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { processesIn } from '#app/embedded/process-info.ts';
import type { RoleSpec } from '#app/supervisor/role-process.ts';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..');
const app = join(root, 'app');

/** A folder with fake roles, and the supervisor compiled so that it can run as a process. */
export interface Stage {
  path(name: string): string;
  /** A role that notes its start in a file and then runs `body`, staying alive. */
  role(
    name: string,
    script: { body?: string; onTerm?: string; onGone?: string },
  ): Promise<RoleSpec>;
  /** What the role noted, line by line. */
  lines(name: string): Promise<string[]>;
  supervisor(options: { role: RoleSpec; healthUrl: string }): Promise<{
    kill(signal: NodeJS.Signals): void;
    exitCode: Promise<number | null>;
  }>;
  processesLeft(): number[];
  remove(): Promise<void>;
}

export async function createStage(): Promise<Stage> {
  // Inside node_modules, where the compiled supervisor finds its packages.
  const cache = join(root, 'node_modules', '.cache');
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, 'zavhoz-stage-'));
  await compile(folder);
  const started: ChildProcess[] = [];
  return {
    path: (name) => join(folder, name),
    async role(name, { body = '', onTerm = 'process.exit(0)', onGone = 'process.exit(0)' }) {
      const file = join(folder, `${name}.mjs`);
      const notes = JSON.stringify(join(folder, `${name}.notes`));
      await writeFile(
        file,
        `import { appendFileSync } from 'node:fs';
         import { onSupervisorGone } from './app/supervisor/parent-link.js';
         const note = (line) => appendFileSync(${notes}, line + '\\n');
         process.on('SIGTERM', () => { ${onTerm} });
         onSupervisorGone(() => { ${onGone} });
         note(['start', process.env.ZAVHOZ_ROLE, process.env.DATABASE_URL, process.env.REDIS_URL].join(' '));
         setInterval(() => {}, 1000);
         ${body}`,
      );
      return { name, command: [process.execPath, file] };
    },
    async lines(name) {
      const notes = await readFile(join(folder, `${name}.notes`), 'utf8').catch(() => '');
      return notes.split('\n').filter(Boolean);
    },
    async supervisor({ role, healthUrl }) {
      const main = join(folder, 'main.mjs');
      const options = JSON.stringify({ roles: [role], healthUrl, dataDir: join(folder, 'data') });
      await writeFile(
        main,
        `import { runSupervisor } from './app/supervisor/supervisor.js';
         process.exitCode = await runSupervisor({ ...${options}, services: {}, env: process.env,
           log: () => {}, onReady: () => {} });`,
      );
      const child = spawn(process.execPath, [main], { stdio: ['ignore', 'inherit', 'inherit'] });
      started.push(child);
      return {
        kill: (signal) => child.kill(signal),
        exitCode: once(child, 'exit').then(([code]) => code),
      };
    },
    processesLeft: () => [
      ...processesIn(join(folder, 'data', 'postgres', 'cluster')),
      ...processesIn(join(folder, 'data', 'redis', 'files')),
    ],
    async remove() {
      for (const child of started) child.kill('SIGTERM');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function compile(folder: string): Promise<void> {
  for (const part of ['embedded', 'supervisor']) {
    await mkdir(join(folder, 'app', part), { recursive: true });
    const sources = (await readdir(join(app, part))).filter((name) => /^[\w-]+\.ts$/.test(name));
    for (const name of sources) {
      const { outputText } = ts.transpileModule(await readFile(join(app, part, name), 'utf8'), {
        compilerOptions: {
          target: ts.ScriptTarget.ES2023,
          module: ts.ModuleKind.ESNext,
          verbatimModuleSyntax: true,
          rewriteRelativeImportExtensions: true,
        },
      });
      await writeFile(join(folder, 'app', part, name.replace(/\.ts$/, '.js')), outputText);
    }
  }
  await writeFile(join(folder, 'app', 'package.json'), '{"type":"module"}');
}
