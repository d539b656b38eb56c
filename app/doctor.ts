import { createHttpFactory } from '#adapters/http.ts';
import { createPrograms } from '#adapters/programs.ts';
import type { DoctorCheck, DoctorReport } from '#api/deps.ts';
import type { Environment } from '#config/index.ts';
import { toOpsError } from '#domain/errors.ts';
import type { Provider } from '#domain/provider.ts';
import { agentKeys } from './agent-keys.ts';
import type { Core } from './core.ts';
import { createAccounts } from './providers.ts';

const CHECK_MS = 10_000;
/** More than this between our clock and the database's makes leases and deadlines disagree. */
const MOST_SKEW_MS = 5000;

/** Looks at everything the agent depends on; never throws, each finding says what to do. */
export function createDoctor(core: Core, env: Environment) {
  const { config, databaseUrl, prisma, doorbell, clock, log, paths } = core;
  const { settings } = config;
  const http = createHttpFactory({ log });
  const programs = createPrograms({ log });
  const accounts = createAccounts(env, settings, { http, programs, clock, log });

  const check = async (
    name: string,
    advice: string,
    look: () => Promise<string | { off: string }>,
  ): Promise<DoctorCheck> => {
    try {
      const seen = await look();
      return typeof seen === 'string'
        ? { name, status: 'ok', detail: seen, hint: null }
        : { name, status: 'off', detail: seen.off, hint: advice };
    } catch (error) {
      const known = toOpsError(error);
      return { name, status: 'failed', detail: known.message, hint: known.hint ?? advice };
    }
  };
  const signal = () => AbortSignal.timeout(CHECK_MS);

  return async (): Promise<DoctorReport> => {
    const checks = await Promise.all([
      check('configuration', 'See README.md, section Configuration.', async () =>
        config.off.length === 0
          ? 'complete'
          : `switched off: ${config.off.map(({ what }) => what).join('; ')}`,
      ),
      check('database', 'Is PostgreSQL up and DATABASE_URL right?', async () => {
        const [row] = await prisma.$queryRaw<[{ version: string }]>`select version()`;
        return `${row.version.split(' ').slice(0, 2).join(' ')} at ${new URL(databaseUrl).host}`;
      }),
      check('clock', 'Let a time service (systemd-timesyncd, chrony) set the clock.', async () => {
        const [row] = await prisma.$queryRaw<[{ now: Date }]>`select now() as now`;
        const skew = Math.abs(row.now.getTime() - clock.now().getTime());
        if (skew > MOST_SKEW_MS) throw new Error(`${skew} ms off the database's`);
        return `within ${MOST_SKEW_MS} ms of the database's`;
      }),
      check(
        'queue',
        'Is Redis up and REDIS_URL right?',
        async () => `${await doorbell.depth()} jobs wait`,
      ),
      check('ansible', 'Install it: apt-get install ansible sshpass openssh-client', async () => {
        const seen = await programs.run(['ansible-playbook', '--version'], {
          timeoutMs: CHECK_MS,
          signal: signal(),
        });
        if (seen.code !== 0) throw new Error('ansible-playbook does not run');
        return seen.stdout.split('\n')[0] ?? '';
      }),
      check('ssh keys', 'See ORCHESTRATOR_SSH_PRIVATE_KEY_PATH.', async () => {
        const keys = await agentKeys(config, paths);
        return `${keys.fingerprint}, and ${keys.breakGlass.length} break-glass key(s)`;
      }),
      check('telegram', 'Set TELEGRAM_BOT_TOKEN.', async () => telegram()),
      ...accounts.map(({ name, provider }) =>
        check(`provider ${name}`, 'Check its login in the configuration.', () => login(provider)),
      ),
    ]);
    return { ok: checks.every(({ status }) => status !== 'failed'), checks };
  };

  async function login(provider: Provider): Promise<string> {
    await provider.check(signal());
    return 'the login works';
  }

  async function telegram(): Promise<string | { off: string }> {
    if (settings.TELEGRAM_BOT_TOKEN === undefined) return { off: 'no token' };
    // The token is part of the path: an error must not repeat it.
    const call = http({ baseUrl: settings.TELEGRAM_API_ROOT });
    const path = `/bot${settings.TELEGRAM_BOT_TOKEN.reveal()}/getMe`;
    const answer = await call({ method: 'GET', path, timeoutMs: CHECK_MS, signal: signal() }).catch(
      () => {
        throw new Error(`${settings.TELEGRAM_API_ROOT} does not answer`);
      },
    );
    if (answer.status !== 200)
      throw new Error(`Telegram answers ${answer.status}: is the token right?`);
    return 'the token works';
  }
}
