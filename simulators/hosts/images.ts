import { chmod, mkdir, mkdtemp, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { readAptSettings } from './apt-settings.ts';
import { createDocker, type Docker } from './docker.ts';
import { withFileLock } from './file-lock.ts';
import { BUILD_SCRIPT, createRecipe, type Recipe, type Suite } from './recipe.ts';
import { type Run, runProcess } from './run.ts';

export type Log = (message: string, details?: Record<string, unknown>) => void;

export interface HostImages {
  /** Tag of the image of a fresh host; builds it (about two minutes) when it is not there yet. */
  ensure(suite: Suite, signal: AbortSignal): Promise<string>;
}

/** One folder for all of a user's runs, so that they share the lock. Not /tmp: often mounted nodev. */
export const defaultCacheDir = (): string => `/var/tmp/zavhoz-hosts-${process.getuid?.() ?? 0}`;

const BUILD_DEADLINE_MS = 15 * 60_000;

/**
 * Base images made by debootstrap, cached in the Docker engine under a hash of their recipe. The
 * tag is set last, so an interrupted build leaves no image, and the next one clears its tree away.
 *
 * `cacheDir` holds the lock and, during a build, the tree. `command` is the docker CLI's argv,
 * `sudo -n docker` where an ordinary user needs it; debootstrap itself needs root.
 */
export function createHostImages({
  cacheDir = defaultCacheDir(),
  log,
  exec = runProcess,
  docker = createDocker({ run: exec }),
  command = ['docker'],
  sudo = process.getuid?.() !== 0,
}: {
  cacheDir?: string;
  log: Log;
  exec?: Run;
  docker?: Docker;
  command?: readonly string[];
  sudo?: boolean;
}): HostImages {
  const root = sudo ? ['sudo', '-n'] : [];
  const exists = async (tag: string, signal: AbortSignal) =>
    (await docker.call(['image', 'ls', '--quiet', tag], { signal })) !== '';

  async function build(recipe: Recipe, tag: string, signal: AbortSignal) {
    const leftovers = join(cacheDir, 'build-');
    await remove(leftovers, signal);
    const work = await mkdtemp(leftovers);
    const overlay = join(work, 'overlay');
    log('building a host image', { tag, mirror: recipe.mirror });
    try {
      for (const { path, mode, text } of recipe.files) {
        const file = join(overlay, path);
        await mkdir(dirname(file), { recursive: true, mode: 0o755 });
        await writeFile(file, text);
        await chmod(file, mode);
      }
      // In namespaces of its own: when it ends, however it ends, its processes and mounts are gone.
      const result = await exec(
        [
          ...[...root, 'unshare', '--mount', '--pid', '--fork', '--kill-child', '--'],
          ...['bash', '-c', BUILD_SCRIPT, 'build-host'],
          ...[recipe.suite, recipe.mirror, join(work, 'tree'), overlay, recipe.packages],
          ...command,
        ],
        { signal, deadlineMs: BUILD_DEADLINE_MS, onOutput: progress(log) },
      );
      if (result.code !== 0) {
        throw new Error(`building ${tag} failed: ${result.stderr.trim().slice(-800)}`);
      }
      const id = result.stdout.trim().split('\n').at(-1) ?? '';
      await docker.call(['tag', id, tag], { signal });
      log('host image built', { tag });
    } finally {
      await remove(leftovers, AbortSignal.timeout(60_000));
    }
  }

  async function remove(prefix: string, signal: AbortSignal) {
    const script = 'rm -rf --one-file-system -- "$1"*';
    await exec([...root, 'sh', '-c', script, 'remove', prefix], { signal, deadlineMs: 60_000 });
  }

  return {
    async ensure(suite, signal) {
      const recipe = createRecipe(suite, await readAptSettings({ run: exec }, signal));
      const tag = `zavhoz-host:${suite}-${recipe.hash}`;
      if (await exists(tag, signal)) return tag;
      await mkdir(cacheDir, { recursive: true, mode: 0o700 });
      // Root works on what lies here: a folder that somebody else made first is refused.
      const { uid } = await stat(cacheDir);
      if (uid !== process.getuid?.()) throw new Error(`${cacheDir} belongs to another user`);
      await withFileLock(join(cacheDir, 'build.lock'), signal, async () => {
        if (!(await exists(tag, signal))) await build(recipe, tag, signal);
      });
      return tag;
    },
  };
}

// debootstrap says "I: Unpacking x..." some hundred times; one line in forty shows that it lives.
function progress(log: Log) {
  let seen = 0;
  return (chunk: string) => {
    for (const line of chunk.split('\n')) {
      if (line.startsWith('I: ') && seen++ % 40 === 0) log(line.slice(3));
    }
  };
}
