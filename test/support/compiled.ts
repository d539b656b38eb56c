import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import ts from 'typescript';

/**
 * The named folders as plain JavaScript in a private folder, types dropped: for tests that start a
 * Node process of their own in order to kill it. Returns the folder; remove it afterwards.
 */
export async function compiled(folders: readonly string[]): Promise<string> {
  const out = await mkdtemp(join(tmpdir(), 'zavhoz-js-'));
  for (const folder of folders) {
    for (const name of await readdir(folder, { recursive: true })) {
      if (!name.endsWith('.ts') || name.endsWith('.test.ts')) continue;
      const file = join(out, folder, name.replace(/\.ts$/, '.js'));
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, javascript(await readFile(join(folder, name), 'utf8')));
    }
  }
  const imports = Object.fromEntries(folders.map((f) => [`#${f}/*.ts`, `./${f}/*.js`]));
  await writeFile(join(out, 'package.json'), JSON.stringify({ type: 'module', imports }));
  await symlink(resolve('node_modules'), join(out, 'node_modules'));
  return out;
}

export const removeCompiled = (folder: string): Promise<void> =>
  rm(folder, { recursive: true, force: true });

const javascript = (source: string): string =>
  ts.transpileModule(source, {
    compilerOptions: {
      target: ts.ScriptTarget.ES2023,
      module: ts.ModuleKind.ESNext,
      verbatimModuleSyntax: true,
      rewriteRelativeImportExtensions: true,
    },
  }).outputText;
