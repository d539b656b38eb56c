import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { HostState } from '#simulators/fleet/host.ts';
import type { Ask, Seen, Started } from './fleet-host.ts';

/** Simulated servers at loopback addresses, in another process. */
export interface Fleet extends Started {
  readonly addresses: readonly string[];
  change(host: number, changes: Partial<HostState>): Promise<void>;
  seen(): Promise<Seen>;
  stop(): Promise<void>;
}

/** Servers of one /24 network: mass failures are looked for by network too. */
const PER_NETWORK = 200;

/** `size` servers that take the agent's key. */
export async function startFleet(size: number, publicKey: string): Promise<Fleet> {
  const child = fork(join(import.meta.dirname, 'fleet-host.js'), [], { stdio: 'inherit' });
  const gone = once(child, 'exit');
  let last: Promise<unknown> = Promise.resolve();

  async function exchange<T>(ask: Ask): Promise<T> {
    child.send(ask);
    const answered = once(child, 'message') as Promise<[{ value?: T; error?: string }]>;
    const ended = gone.then((): never => {
      throw new Error('the simulated fleet has ended');
    });
    const [{ value, error }] = await Promise.race([answered, ended]);
    if (error !== undefined) throw new Error(`the simulated fleet: ${error}`);
    return value as T;
  }
  /** One after the other: answers carry no name. */
  function ask<T>(what: Ask): Promise<T> {
    const next = last.then(() => exchange<T>(what));
    last = next.catch(() => {});
    return next;
  }

  const addresses = Array.from(
    { length: size },
    (_, at) => `127.10.${Math.floor(at / PER_NETWORK)}.${(at % PER_NETWORK) + 1}`,
  );
  try {
    const started = await ask<Started>({ what: 'start', addresses, publicKey });
    return {
      ...started,
      addresses,
      change: (host, changes) => ask({ what: 'change', address: addresses[host] ?? '', changes }),
      seen: () => ask<Seen>({ what: 'seen' }),
      async stop() {
        child.disconnect();
        await gone;
      },
    };
  } catch (error) {
    child.kill();
    throw error;
  }
}
