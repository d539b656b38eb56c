import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, createClient } from '#cli/client.ts';
import type { Io } from '#cli/io.ts';

export interface DemoClient {
  readonly client: Client;
  readonly io: Io;
}

/** The demo asks the agent over the API, as every program does, with the agent's first token. */
export function createDemoClient(url: string, dataDir: string, signal: AbortSignal): DemoClient {
  const io: Io = {
    env: { ZAVHOZ_DATA_DIR: dataDir },
    cwd: dataDir,
    fetch,
    out: () => {},
    err: () => {},
    interactive: false,
    live: false,
    ask: () => Promise.reject(new Error('nobody is asked')),
    readStdin: () => Promise.resolve(''),
    sleep: (milliseconds, given) => sleep(milliseconds, undefined, { signal: given }),
    signal,
  };
  return { client: createClient(io, url), io };
}
