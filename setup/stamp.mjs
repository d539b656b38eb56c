import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Hash of files by content; a missing one counts as empty. */
export function hashOfContents(root, paths, salt = '') {
  const hash = createHash('sha256').update(salt);
  for (const path of paths) hash.update(`\0${path}\0`).update(readOrEmpty(join(root, path)));
  return hash.digest('hex');
}

/** Hash of files by path, size and time of change: hundreds of files in some milliseconds. */
export function hashOfStats(root, paths, salt = '') {
  const hash = createHash('sha256').update(salt);
  for (const path of paths) {
    const stat = statSync(join(root, path), { throwIfNoEntry: false });
    hash.update(`\0${path}\0${stat?.size ?? '-'}\0${stat?.mtimeMs ?? '-'}`);
  }
  return hash.digest('hex');
}

/** All files below `folder` (relative to root) that `wanted` accepts, sorted. */
export function filesBelow(root, folder, wanted) {
  const found = [];
  const walk = (path) => {
    for (const entry of readdirSync(join(root, path), { withFileTypes: true })) {
      const inner = path === '' ? entry.name : `${path}/${entry.name}`;
      if (entry.isDirectory()) {
        if (entry.name !== 'node_modules') walk(inner);
      } else if (wanted(inner)) found.push(inner);
    }
  };
  if (statSync(join(root, folder), { throwIfNoEntry: false })) walk(folder);
  return found.sort();
}

export const readStamp = (path) => readOrEmpty(path).toString().trim();

/** Done at the very end of a step, and undone before it begins: an interrupted step has no stamp. */
export function writeStamp(path, value) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${value}\n`);
}

export const removeStamp = (path) => rmSync(path, { force: true });

function readOrEmpty(path) {
  try {
    return readFileSync(path);
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return Buffer.alloc(0);
    throw error;
  }
}
