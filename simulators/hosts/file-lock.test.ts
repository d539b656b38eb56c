import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { withFileLock } from './file-lock.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'file-lock-'));
  path = join(folder, 'build.lock');
});
afterEach(() => rm(folder, { recursive: true, force: true }));
const never = new AbortController().signal;

test('one at a time, and nothing is left behind, failures included', async () => {
  let inside = 0;
  let most = 0;
  const work = async () => {
    inside += 1;
    most = Math.max(most, inside);
    await new Promise((resolve) => setImmediate(resolve));
    inside -= 1;
  };
  const failing = withFileLock(path, never, () => Promise.reject(new Error('broken')));
  await expect(failing).rejects.toThrow('broken');
  await Promise.all([withFileLock(path, never, work), withFileLock(path, never, work)]);
  expect(most).toBe(1);
  expect(await readdir(folder)).toEqual([]);
});

test.each([
  ['whose process is gone', '4194999 1 0.5'],
  ['whose pid now belongs to another process', `${process.pid} 1 0.5`],
])('a lock %s is taken over', async (_title, holder) => {
  await writeFile(path, holder);
  await withFileLock(path, never, async () => {
    expect(await readFile(path, 'utf8')).not.toBe(holder);
  });
  expect(await readdir(folder)).toEqual([]);
});

test('waiting ends with the signal, and the holder keeps its lock', async () => {
  const waiting = new AbortController();
  await withFileLock(path, never, async () => {
    const held = await readFile(path, 'utf8');
    const second = withFileLock(path, waiting.signal, async () => 'never');
    waiting.abort(new Error('enough'));
    await expect(second).rejects.toThrow();
    expect(await readFile(path, 'utf8')).toBe(held);
  });
});
