import { createHash } from 'node:crypto';
import { join, relative, resolve } from 'node:path';

export interface Places {
  readonly dir: string;
  /** Keeps the hosts of different folders apart; on networks and containers. */
  readonly label: string;
  /** The agent's data directory. */
  readonly agent: string;
  readonly agentLog: string;
  readonly providerLog: string;
  readonly providerSettings: string;
  readonly state: string;
  readonly lock: string;
  /** For `. demo-data/env`: what the CLI needs to find this agent. */
  readonly env: string;
  /** A path as a person standing in `cwd` would write it. */
  shown(path: string): string;
}

/** Where the demo of one folder keeps its things. */
export function placesOf(folder: string, cwd: string): Places {
  const dir = resolve(cwd, folder);
  const hash = createHash('sha256').update(dir).digest('hex').slice(0, 6);
  return {
    dir,
    label: `demo-${hash}`,
    agent: join(dir, 'agent'),
    agentLog: join(dir, 'agent.log'),
    providerLog: join(dir, 'provider.log'),
    providerSettings: join(dir, 'provider.json'),
    state: join(dir, 'state.json'),
    lock: join(dir, 'agent.lock'),
    env: join(dir, 'env'),
    shown(path) {
      const short = relative(cwd, path);
      return short === '' || short.startsWith('..') ? path : short;
    },
  };
}
