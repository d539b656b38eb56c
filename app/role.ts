import { pathToFileURL } from 'node:url';
import { type Config, loadConfig } from '#config/index.ts';
import { toOpsError } from '#domain/errors.ts';
import { type Core, createCore } from './core.ts';
import { onSupervisorGone } from './supervisor/parent-link.ts';
import { configExitCode } from './supervisor/role-process.ts';
import type { WorkerOverrides } from './worker-role.ts';

export type RoleName = 'api' | 'bot' | 'worker';
interface Running {
  stop(): Promise<void>;
}

/** Longer than any role's own drain; a role that hangs in its stop is no reason to stay. */
const STOP_MS = 29_000;

/** Loaded only where it runs: the API needs no LangGraph, a worker no Fastify. */
async function start(role: RoleName, core: Core, overrides: WorkerOverrides): Promise<Running> {
  if (role === 'api') return (await import('./api-role.ts')).startApi(core, process.env);
  if (role === 'bot') return (await import('./bot-role.ts')).startBot(core);
  return (await import('./worker-role.ts')).startWorker(core, process.env, overrides);
}

/** Runs roles in this process until a signal, or until the supervisor is gone. */
export async function runRoles(
  roles: readonly RoleName[],
  overrides: WorkerOverrides = {},
): Promise<number> {
  const config: Config = loadConfig(process.env, process.cwd());
  const core = await createCore(config, roles.join('+'));
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
    onSupervisorGone(resolve);
  });
  process.on('unhandledRejection', (reason) => {
    // A fault in a corner must not take every running operation down with it.
    core.log.error(
      { error: toOpsError(reason).message, stack: (reason as Error)?.stack },
      'unhandled',
    );
  });
  const running: Running[] = [];
  for (const role of roles) running.push(await start(role, core, overrides));
  await stopped;
  core.log.info({}, 'stopping');
  const timer = setTimeout(() => process.exit(1), STOP_MS);
  for (const role of running.reverse()) await role.stop();
  await core.close();
  clearTimeout(timer);
  return 0;
}

/** Shared by every entry that runs roles: prints what went wrong and gives the exit code. */
export async function runToExit(
  roles: readonly RoleName[],
  overrides?: WorkerOverrides,
): Promise<never> {
  try {
    process.exit(await runRoles(roles, overrides));
  } catch (error) {
    const known = toOpsError(error);
    process.stderr.write(`${known.message}\n${known.hint ? `${known.hint}\n` : ''}`);
    process.exit(known.code === 'invalid_input' ? configExitCode : 1);
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await runToExit(process.argv.slice(2) as RoleName[]);
}
