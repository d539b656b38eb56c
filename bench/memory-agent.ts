import { join } from 'node:path';
import { supervise, toExit } from '#app/supervise.ts';
import { loadConfig } from '#config/index.ts';

/** The whole agent as `npm start` runs it, but with the worker whose hosts are in memory. */
const worker = join(import.meta.dirname, 'memory-worker.js');
await toExit(async () =>
  supervise(loadConfig(process.env, process.cwd()), process.env, { worker }),
);
