import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Config, loadConfig, localUrl } from '#config/index.ts';
import { toOpsError } from '#domain/errors.ts';
import { banner } from './banner.ts';
import { dataPaths } from './data-dir.ts';
import { root } from './places.ts';
import { onSupervisorGone } from './supervisor/parent-link.ts';
import { configExitCode } from './supervisor/role-process.ts';
import { runSupervisor } from './supervisor/supervisor.ts';
import { supervisorLog } from './supervisor-log.ts';

/**
 * For processes that wait most of the time (ADR 0006): code is kept small, and young objects do not
 * spread over 48 MB before anybody looks which of them still live.
 */
const THRIFT = ['--optimize-for-size', '--max-semi-space-size=2', '--single-threaded-gc'] as const;

/** The one command: the supervisor with all roles, or, by ZAVHOZ_ROLE, one role by itself. */
async function main(): Promise<number> {
  const config = loadConfig(process.env, process.cwd());
  if (config.settings.ZAVHOZ_ROLE !== 'all') {
    const { runRoles } = await import('./role.ts');
    return runRoles([config.settings.ZAVHOZ_ROLE]);
  }
  return supervise(config);
}

function supervise(config: Config): Promise<number> {
  const { settings, dataDir } = config;
  const role = join(import.meta.dirname, 'role.js');
  const command = (...names: string[]): [string, ...string[]] => [
    process.execPath,
    ...THRIFT,
    role,
    ...names,
  ];
  const databaseUrl = settings.DATABASE_URL?.reveal();
  const redisUrl = settings.REDIS_URL?.reveal();
  return runSupervisor({
    dataDir,
    services: { ...(databaseUrl ? { databaseUrl } : {}), ...(redisUrl ? { redisUrl } : {}) },
    roles: [
      // Chat and API share a process that does no work, so that a busy worker delays neither.
      { name: 'api', command: command('api', 'bot') },
      { name: 'worker', command: command('worker') },
    ],
    // One malloc arena: what V8's helper threads free is else kept, once for each of them.
    env: { MALLOC_ARENA_MAX: '1', ...process.env, ZAVHOZ_DATA_DIR: dataDir },
    healthUrl: `${localUrl(settings)}/healthz`,
    log: supervisorLog(settings.ZAVHOZ_LOG_PRETTY ?? process.stdout.isTTY === true),
    signal: starterGone(),
    onReady: () => process.stdout.write(banner(config, pairingCode(dataDir), root)),
  });
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

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    const known = toOpsError(error);
    process.stderr.write(`${known.message}\n${known.hint ? `${known.hint}\n` : ''}`);
    process.exit(known.code === 'invalid_input' ? configExitCode : 1);
  },
);
