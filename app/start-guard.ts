import { createStartGuard } from '#workers/start-guard.ts';
import type { Core } from './core.ts';
import { readPrivateFile, replacePrivateFile } from './data-dir.ts';

/** The guard over the agent's start, with the epoch of this data directory. */
export const createGuard = ({ repositories, clock, log, paths }: Core) =>
  createStartGuard({
    ...repositories,
    clock,
    log,
    file: {
      read: async () => (await readPrivateFile(paths.epoch))?.reveal() ?? null,
      write: (text) => replacePrivateFile(paths.epoch, `${text}\n`),
    },
  });
