import { access, mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { OpsError } from '#domain/errors.ts';
import type { Logger, Programs } from '#domain/ports.ts';
import type { PlaybookRun, Playbooks } from '#domain/remote.ts';
import { ServerHandle } from '#domain/server.ts';
import { abortError, startDeadline } from '../abort.ts';
import { createPrograms } from '../programs.ts';
import { attempt } from './attempt.ts';
import { endChild } from './end-child.ts';
import { createRunFolder, sweepRunFolders } from './run-folder.ts';

export interface PlaybookSettings {
  /** Holds ansible.cfg and <playbook>.yml. */
  readonly playbooksDir: string;
  /** Private folders of the runs and the locks; one per machine, shared by its processes. */
  readonly runDir: string;
  readonly log: Logger;
  readonly programs?: Programs;
}

/** Ansible as a child that outlives us; child.ts tells how it starts and ends. */
export function createPlaybooks(settings: PlaybookSettings): Playbooks {
  const { log } = settings;
  const programs = settings.programs ?? createPrograms({ log });
  const playbooksDir = resolve(settings.playbooksDir);
  const runDir = resolve(settings.runDir);
  let swept: Promise<unknown> | undefined;
  const sweepOnce = () => {
    swept ??= sweepRunFolders(runDir).catch((error: unknown) => {
      log.warn({ error }, 'left-over run folders could not be removed');
    });
    return swept;
  };
  // Secrets of runs that died with their agent go at start, not only when the next run comes.
  void sweepOnce();

  return {
    async run(run, hooks, outer) {
      const what = `${run.playbook} on ${run.target.handle}`;
      if (outer.aborted) throw abortError(outer, what);
      const files = await findFiles(run);
      await sweepOnce();
      await mkdir(join(runDir, 'locks'), { recursive: true, mode: 0o700 });
      const folder = await createRunFolder(runDir);
      const deadline = startDeadline(run.timeoutMs, outer);
      try {
        return await attempt({ run, hooks, deadline, outer, folder, ...files, programs, log });
      } catch (error) {
        if (error instanceof OpsError && error.code !== 'cancelled') throw error;
        if (deadline.expired) throw new OpsError('timeout', `${what}: not started in time.`);
        throw outer.aborted ? abortError(outer, what) : error;
      } finally {
        deadline.clear();
        await folder.remove().catch((error: unknown) => {
          log.error({ error }, 'the folder of a run could not be removed');
        });
      }
    },

    async end(child, signal) {
      await endChild(child, signal, log);
      await sweepRunFolders(runDir, child);
    },
  };

  async function findFiles({ playbook, target }: PlaybookRun) {
    // It names files, and a host for Ansible's patterns.
    if (!ServerHandle.safeParse(target.handle).success) {
      throw new OpsError('invalid_input', `"${target.handle}" is no handle of a server.`);
    }
    const config = join(playbooksDir, 'ansible.cfg');
    const playbookFile = join(playbooksDir, `${playbook}.yml`);
    for (const path of [config, playbookFile]) {
      // Without its settings Ansible would run with other ones, and not say so.
      await access(path).catch((cause: unknown) => {
        throw new OpsError('internal', `${path} is missing.`, { cause });
      });
    }
    return { config, playbookFile, lockFile: join(runDir, 'locks', `${target.handle}.lock`) };
  }
}
