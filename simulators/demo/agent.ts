import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { tailOf } from '#app/embedded/files.ts';
import { waitForHealth } from '#app/supervisor/health.ts';
import { type Child, type Starting, startChild } from './child.ts';

const READY_MS = 180_000;

/** Settings of the demo's agent besides its provider and its chat. */
const SETTINGS = {
  // 1002 stands in the account but not on the list: it shows that nothing is touched unasked.
  TIME4VPS_MANAGED_SERVER_IDS: ['1001', ...Array.from({ length: 20 }, (_, n) => 1003 + n)].join(),
  ZAVHOZ_AUTO_PROVISION: 'true',
  SYNC_INTERVAL: '5',
  PASSWORD_RESET_POLL_INTERVAL: '1',
  PROVISIONING_RETRY_DELAY: '5',
  // The hosts may reach no repository but the distribution's, and overlay on overlay does not mount.
  DOCKER_SOURCE: 'distribution',
  DOCKER_STORAGE_DRIVER: 'vfs',
  ZAVHOZ_LOG_PRETTY: 'false',
};

export interface DemoAgent {
  readonly child: Child;
  readonly url: string;
}

/** Starts the agent as `npm start` does, on data and a port of the demo's own. */
export async function startAgent(
  { places, signal, started }: Starting,
  port: number,
  env: Readonly<Record<string, string>>,
): Promise<DemoAgent> {
  const log = await open(places.agentLog, 'a', 0o600);
  const child = startChild(join(import.meta.dirname, '..', '..', 'app', 'main.js'), [], {
    env: {
      ...{ ...env, ...SETTINGS, ...witnesses(env), ZAVHOZ_DATA_DIR: places.agent },
      PORT: String(port),
    },
    // The channel tells the agent when the demo is gone.
    stdio: ['ignore', log.fd, log.fd, 'ipc'],
  });
  await log.close();
  await started(child);
  const url = `http://127.0.0.1:${port}`;
  const given = new AbortController();
  child.ended.then(() => given.abort());
  const healthy = await waitForHealth(
    `${url}/healthz`,
    AbortSignal.any([signal, given.signal, AbortSignal.timeout(READY_MS)]),
  );
  if (healthy) return { child, url };
  await child.stop(30_000);
  signal.throwIfAborted();
  throw new Error(`The agent did not start.\n${await tailOf(places.agentLog)}`);
}

/** Its whole world is this machine: nobody outside is asked whether it is online. */
const witnesses = ({ TIME4VPS_BASE_URL: provider }: Readonly<Record<string, string>>) =>
  provider === undefined ? {} : { WITNESSES: `tcp://${new URL(provider).host}` };
