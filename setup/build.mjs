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

/**
 * The step that compiles the sources to dist/: the product, or `withTests` all of it. A mistake in
 * a test must not keep the product from starting.
 */
export function buildStep(root, { withTests = false } = {}) {
  const dist = join(root, 'dist');
  const product = {
    project: 'tsconfig.build.json',
    stamp: '.zavhoz-build',
    record: '.tsbuildinfo-product',
  };
  const whole = { project: 'tsconfig.json', stamp: '.zavhoz-build-tests', record: '.tsbuildinfo' };
  const { project, stamp, record } = withTests ? whole : product;
  const config = JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8'));
  const folders = config.include.filter((name) => /^\w+$/.test(name));
  const current = (accepts) => {
    const sources = folders.flatMap((folder) => filesBelow(root, folder, accepts));
    const settings = ['tsconfig.json', 'tsconfig.build.json', 'package.json'];
    return hashOfStats(root, [...sources, ...settings, 'node_modules/.zavhoz-npm']);
  };
  const wanted = () => current(withTests ? isSource : isProduct);
  return {
    needed: () => readStamp(join(dist, stamp)) !== wanted(),
    async run({ lockFd }) {
      // tsc trusts its own record of what it wrote; after an interrupted build it must not.
      if (!readStamp(join(dist, stamp))) rmSync(join(dist, record), { force: true });
      removeStamp(join(dist, stamp));
      const [before, product] = [wanted(), current(isProduct)];
      const tsc = [process.execPath, 'node_modules/typescript/bin/tsc', '-p', project];
      await runLong('Building', tsc, { cwd: root, lockFd });
      removeOrphans(root);
      // What changed while tsc ran is built by the next run.
      writeStamp(join(dist, stamp), before);
      if (withTests) writeStamp(join(dist, '.zavhoz-build'), product);
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
const isProduct = (path) =>
  isSource(path) && !path.endsWith('.test.ts') && !path.startsWith('test/');
