import { acquireInstanceLock } from '../embedded/instance-lock.ts';
import type { Log } from '../embedded/service.ts';
import {
  type EmbeddedServices,
  type ServiceUrls,
  startEmbeddedServices,
} from './embedded-services.ts';
import { waitForHealth } from './health.ts';
import { type Backoff, configExitCode, keepRunning, type RoleSpec } from './role-process.ts';

export interface SupervisorOptions {
  dataDir: string;
  /** URLs of real servers; what is missing runs embedded under `dataDir`. */
  services: Partial<ServiceUrls>;
  roles: readonly RoleSpec[];
  /** Handed on to every role, with DATABASE_URL and REDIS_URL set. */
  env: NodeJS.ProcessEnv;
  /** Asked until it answers 200. */
  healthUrl: string;
  log: Log;
  onReady: () => void;
  /** Time for roles to finish what they do, in ms; 30,000 by default. */
  drainMs?: number;
  backoff?: Backoff;
  /** File descriptor for the roles' output; by default they write to this process's. */
  output?: number;
  /** Stops the supervisor as SIGTERM does. */
  signal?: AbortSignal;
}

/** Signals closer than this are one wish: npm hands Ctrl-C on to a process that got it already. */
const sameSignalMs = 500;

/**
 * Runs the whole agent on this machine until SIGTERM, SIGINT or SIGHUP: embedded services, then
 * roles. Stopping drains the roles, then stops Redis and PostgreSQL; a second signal hurries.
 * @returns the exit code: 0, or 78 when a role cannot run with its settings
 * @throws InstanceRunningError, or Error when an embedded service does not come up
 */
export async function runSupervisor(options: SupervisorOptions): Promise<number> {
  const { log, dataDir } = options;
  const release = await acquireInstanceLock(dataDir);
  const stopping = new AbortController();
  const hurry = new AbortController();
  let exitCode = 0;
  let firstSignalAt = 0;
  const onSignal = () => {
    if (!stopping.signal.aborted) {
      firstSignalAt = performance.now();
      log('info', 'Stopping; once more to stop at once');
      stopping.abort();
    } else if (performance.now() - firstSignalAt > sameSignalMs) hurry.abort();
  };
  const signals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, onSignal);
  options.signal?.addEventListener('abort', onSignal, { once: true });

  let services: EmbeddedServices | null = null;
  try {
    let roles: ReturnType<typeof keepRunning>[] = [];
    services = await startEmbeddedServices({
      dataDir,
      given: options.services,
      log,
      onMoved: () => {
        for (const role of roles) role.restart();
      },
    });
    const { urls } = services;
    if (!stopping.signal.aborted) {
      roles = options.roles.map((spec) =>
        keepRunning(spec, {
          ...options,
          environment: () => ({
            ...options.env,
            DATABASE_URL: urls().databaseUrl,
            REDIS_URL: urls().redisUrl,
          }),
          onConfigError: (role) => {
            log('error', 'A process cannot run with these settings', { role });
            exitCode = configExitCode;
            stopping.abort();
          },
        }),
      );
      waitForHealth(options.healthUrl, stopping.signal).then((healthy) => {
        if (healthy) options.onReady();
      });
      await aborted(stopping.signal);
    }
    const drainMs = options.drainMs ?? 30_000;
    await Promise.all(roles.map((role) => role.stop(drainMs, hurry.signal)));
    return exitCode;
  } finally {
    await services?.stop(hurry.signal);
    for (const signal of signals) process.off(signal, onSignal);
    options.signal?.removeEventListener('abort', onSignal);
    await release();
  }
}

const aborted = (signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    // The handlers alone do not keep a process alive that waits for nothing else.
    const alive = setInterval(() => {}, 60_000);
    const finish = () => {
      clearInterval(alive);
      resolve();
    };
    if (signal.aborted) finish();
    else signal.addEventListener('abort', finish, { once: true });
  });
