import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Config, type Environment, localUrl } from '#config/index.ts';
import { toOpsError } from '#domain/errors.ts';
import { banner } from './banner.ts';
import { dataPaths } from './data-dir.ts';
import { root } from './places.ts';
import { onSupervisorGone } from './supervisor/parent-link.ts';
import { configExitCode } from './supervisor/role-process.ts';
import { runSupervisor } from './supervisor/supervisor.ts';
import { supervisorLog } from './supervisor-log.ts';

/** The script of the worker role; the bench has one whose hosts are in memory. */
export interface RoleScripts {
  readonly worker?: string;
}

/**
 * For processes that wait most of the time (ADR 0006): code is kept small, and young objects do not
 * spread over 48 MB before anybody looks which of them still live.
 */
const THRIFT = ['--optimize-for-size', '--single-threaded-gc'] as const;

/** Runs all roles as processes until it is told to stop; resolves with the exit code. */
export function supervise(
  config: Config,
  env: Environment,
  scripts: RoleScripts = {},
): Promise<number> {
  const { settings, dataDir } = config;
  const role = join(import.meta.dirname, 'role.js');
  const command = (script: string, ...names: string[]): [string, ...string[]] => [
    process.execPath,
    ...THRIFT,
    script,
    ...names,
  ];
  const databaseUrl = settings.DATABASE_URL?.reveal();
  const redisUrl = settings.REDIS_URL?.reveal();
  return runSupervisor({
    dataDir,
    services: { ...(databaseUrl ? { databaseUrl } : {}), ...(redisUrl ? { redisUrl } : {}) },
    roles: [
      // Chat and API share a process that does no work, so that a busy worker delays neither.
      { name: 'api', command: command(role, 'api', 'bot') },
      { name: 'worker', command: command(scripts.worker ?? role, 'worker') },
    ],
    // One malloc arena: what V8's helper threads free is else kept, once for each of them.
    env: { MALLOC_ARENA_MAX: '1', ...env, ZAVHOZ_DATA_DIR: dataDir },
    healthUrl: `${localUrl(settings)}/healthz`,
    log: supervisorLog(settings.ZAVHOZ_LOG_PRETTY ?? process.stdout.isTTY === true),
    signal: starterGone(),
    onReady: () => process.stdout.write(banner(config, pairingCode(dataDir), root)),
  });
}

/** Runs `work` as the whole process: prints what went wrong, and exits with its code. */
export async function toExit(work: () => Promise<number>): Promise<never> {
  try {
    process.exit(await work());
  } catch (error) {
    const known = toOpsError(error);
    process.stderr.write(`${known.message}\n${known.hint ? `${known.hint}\n` : ''}`);
    process.exit(known.code === 'invalid_input' ? configExitCode : 1);
  }
}

/** Whoever started the agent with a channel of its own wants it to end with him: the demo does. */
function starterGone(): AbortSignal {
  const gone = new AbortController();
  onSupervisorGone(() => gone.abort());
  return gone.signal;
}

function pairingCode(dataDir: string): string | null {
  try {
    return readFileSync(dataPaths(dataDir).pairingCode, 'utf8').trim();
  } catch {
    return null;
  }
}
