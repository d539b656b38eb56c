import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runLong } from './run.mjs';
import {
  filesBelow,
  hashOfContents,
  hashOfStats,
  readStamp,
  removeStamp,
  writeStamp,
} from './stamp.mjs';

/** The step that generates the database client from prisma/schema.prisma. */
export function generateStep(root) {
  const stamp = join(root, 'generated', '.zavhoz-prisma');
  const inputs = ['prisma/schema.prisma', 'prisma.config.ts', 'node_modules/prisma/package.json'];
  const present = existsSync(join(root, 'prisma/schema.prisma'));
  return {
    needed: () => present && readStamp(stamp) !== hashOfContents(root, inputs),
    async run({ lockFd }) {
      removeStamp(stamp);
      await runLong(
        'Generating the database client',
        [process.execPath, 'node_modules/prisma/build/index.js', 'generate', '--no-hints'],
        {
          cwd: root,
          lockFd,
          env: {
            ...process.env,
            // The client needs no schema engine, yet prisma downloads one unless it is given some.
            PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
            PRISMA_HIDE_UPDATE_MESSAGE: '1',
            CHECKPOINT_DISABLE: '1',
          },
        },
      );
      writeStamp(stamp, hashOfContents(root, inputs));
    },
  };
}

/** The step that compiles the sources to dist/. */
export function buildStep(root) {
  const stamp = join(root, 'dist', '.zavhoz-build');
  const config = JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8'));
  const folders = config.include.filter((name) => /^\w+$/.test(name));
  const sources = () => folders.flatMap((folder) => filesBelow(root, folder, isSource));
  const current = () =>
    hashOfStats(root, [...sources(), 'tsconfig.json', 'package.json', 'node_modules/.zavhoz-npm']);
  return {
    needed: () => readStamp(stamp) !== current(),
    async run({ lockFd }) {
      // tsc trusts its own record of what it wrote; after an interrupted build it must not.
      if (!readStamp(stamp)) rmSync(join(root, 'dist', '.tsbuildinfo'), { force: true });
      removeStamp(stamp);
      const before = current();
      await runLong('Building', [process.execPath, 'node_modules/typescript/bin/tsc', '-p', '.'], {
        cwd: root,
        lockFd,
      });
      removeOrphans(root);
      // What changed while tsc ran is built by the next run.
      writeStamp(stamp, before);
    },
  };
}

/** Removes compiled files whose source is gone: an import of them must fail here too. */
export function removeOrphans(root) {
  const compiled = (path) => /\.js(\.map)?$/.test(path);
  for (const path of filesBelow(root, 'dist', compiled)) {
    const source = path.slice('dist/'.length).replace(/\.js(\.map)?$/, '.ts');
    if (!existsSync(join(root, source))) rmSync(join(root, path));
  }
}

const isSource = (path) => path.endsWith('.ts');
