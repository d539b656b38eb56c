import { z } from 'zod';
import { PHASES_TOTAL_SECONDS } from '#domain/phases.ts';
import { Secret } from '#domain/secret.ts';
import { CHAT_SETTINGS } from './chat-settings.ts';
import {
  count,
  field,
  flag,
  numberList,
  optionalFlag,
  publicKeys,
  seconds,
  secret,
  webUrl,
  wordList,
} from './fields.ts';
import { HEALTH_SETTINGS } from './health-settings.ts';

/** Every setting of the product, in the order of the README's table. */
export const SETTINGS = {
  ZAVHOZ_DATA_DIR: field(
    z.string().default('./data'),
    'Keys, tokens, the embedded PostgreSQL and Redis live here',
    './data',
  ),
  ZAVHOZ_ROLE: field(
    z.enum(['all', 'api', 'bot', 'worker']).default('all'),
    'Which part this process runs: all, api, bot or worker',
    'all',
  ),
  ZAVHOZ_HOST: field(z.string().default('127.0.0.1'), 'Address the API listens on', '127.0.0.1'),
  PORT: field(count(8000, 0, 65_535), 'Port of the API', '8000'),
  ZAVHOZ_PUBLIC_URL: field(
    webUrl.optional(),
    'How people reach the API, for links',
    'http://127.0.0.1:PORT',
  ),
  ZAVHOZ_TOKEN: field(
    secret.optional(),
    'Token that clients (CLI, scripts) send',
    'the file api-token in the data directory',
    true,
  ),
  ZAVHOZ_ENCRYPTION_KEY: field(
    z
      .string()
      .regex(/^[A-Za-z0-9+/_-]{43}=?$/, 'must be 32 bytes in base64')
      .transform((text) => new Secret(text))
      .optional(),
    'Encrypts stored passwords and keys (32 bytes, base64)',
    'generated in the data directory',
    true,
  ),
  ZAVHOZ_LOG_LEVEL: field(
    z.enum(['debug', 'info', 'warn', 'error']).default('info'),
    'Least level that is logged',
    'info',
  ),
  ZAVHOZ_LOG_PRETTY: field(
    optionalFlag,
    'Readable log lines instead of JSON',
    'true on a terminal',
  ),
  DATABASE_URL: field(
    z
      .string()
      .regex(/^postgres(ql)?:\/\//, 'must start with postgresql://')
      .transform((text) => new Secret(text))
      .optional(),
    'PostgreSQL 15 or newer',
    'an embedded PostgreSQL',
    true,
  ),
  REDIS_URL: field(
    z
      .string()
      .regex(/^rediss?:\/\//, 'must start with redis://')
      .transform((text) => new Secret(text))
      .optional(),
    'Redis 6.2 or newer',
    'a private redis-server',
    true,
  ),
  PROVISIONING_TIMEOUT: field(
    seconds(3000, 1, 86_400).refine((value) => value >= PHASES_TOTAL_SECONDS, {
      error: `must be at least ${PHASES_TOTAL_SECONDS} (the sum of its phases)`,
    }),
    'Greatest duration of a whole provisioning or rebuild, in seconds',
    '3000',
  ),
  PROVISIONING_MAX_RETRIES: field(count(3, 1, 10), 'Attempts per episode', '3'),
  PROVISIONING_RETRY_DELAY: field(
    seconds(60, 1, 3600),
    'Seconds before the second attempt; doubled for each further one',
    '60',
  ),
  INTENT_MAX_AGE: field(
    seconds(3600, 60, 604_800),
    'A request that nobody worked on for this many seconds needs a new word',
    '3600',
  ),
  INPUT_REQUEST_TTL: field(
    seconds(86_400, 60, 604_800),
    'How long a question to a human stays open, in seconds',
    '86400',
  ),
  PASSWORD_RESET_POLL_INTERVAL: field(
    seconds(5, 1, 60),
    'Seconds between two looks at a running password reset',
    '5',
  ),
  SYNC_INTERVAL: field(
    seconds(60, 1, 86_400),
    'Seconds between two looks at the list of servers of each provider',
    '60',
  ),
  SYNC_DETAILS_INTERVAL: field(
    seconds(300, 5, 86_400),
    "Seconds between two looks at each server's details at its provider",
    '300',
  ),
  ZAVHOZ_AUTO_PROVISION: field(
    flag(false),
    'Prepare managed servers that are there already, too, without asking (they must be empty)',
    'false',
  ),
  ORCHESTRATOR_SSH_PUBLIC_KEY: field(
    publicKeys.pipe(z.array(z.string()).max(1)).transform((keys) => keys[0]),
    "The agent's public key",
    'derived from the private key',
  ),
  ORCHESTRATOR_SSH_PRIVATE_KEY_PATH: field(
    z.string().optional(),
    "File of the agent's private key",
    'generated in the data directory',
  ),
  BREAK_GLASS_SSH_PUBLIC_KEYS: field(
    publicKeys,
    "Keys of people, installed beside the agent's own, one a line",
    'a key generated in the data directory',
  ),
  ZAVHOZ_AGENT_ADDRESSES: field(
    wordList,
    'Addresses of the agent as servers see them; fail2ban never bans them',
    'found out at each login',
  ),
  REINSTALL_OS: field(
    z.string().optional(),
    'OS template for a reinstallation',
    'the one the server has',
  ),
  SERVER_TIMEZONE: field(z.string().default('Etc/UTC'), 'Time zone set on servers', 'Etc/UTC'),
  SERVER_UPGRADE: field(
    flag(true),
    'Upgrade packages when a server is prepared (a recovery never does)',
    'true',
  ),
  DOCKER_SOURCE: field(
    z.enum(['docker', 'distribution']).default('docker'),
    "Where Docker comes from: Docker's own apt repository or the distribution",
    'docker',
  ),
  DOCKER_STORAGE_DRIVER: field(
    z.string().optional(),
    'Storage driver of Docker on servers',
    "Docker's choice",
  ),
  TIME4VPS_LOGIN: field(
    z.string().optional(),
    'E-mail address of the Time4VPS account',
    'Time4VPS is off',
  ),
  TIME4VPS_PASSWORD: field(secret.optional(), 'Password of the Time4VPS account', '', true),
  TIME4VPS_BASE_URL: field(
    webUrl.default('https://billing.time4vps.com/api'),
    'Address of the Time4VPS API',
    'https://billing.time4vps.com/api',
  ),
  TIME4VPS_MANAGED_SERVER_IDS: field(
    numberList,
    'Server ids that Zavhoz may change, separated by commas',
    'none',
  ),
  MANUAL_WEBHOOK_URL: field(
    webUrl.optional(),
    'Told when a server of the manual provider needs a hand',
    'none',
  ),
  SCRIPT_PROVISION: field(
    z.string().optional(),
    'Program (absolute path) of the script provider that creates a server; set all three',
    'the script provider is off',
  ),
  SCRIPT_TERMINATE: field(
    z.string().optional(),
    'Program (absolute path) of the script provider that gives a server back',
    '',
  ),
  SCRIPT_HEALTH_CHECK: field(
    z.string().optional(),
    'Program (absolute path) of the script provider that reports on a server',
    '',
  ),
  SCRIPT_TIMEOUT: field(
    seconds(300, 1, 3600),
    'Deadline of a program of the script provider, in seconds',
    '300',
  ),
  ...CHAT_SETTINGS,
  OPENAI_API_KEY: field(
    secret.optional(),
    'Key of the language model (not used by this version)',
    'free-text chat is off',
    true,
  ),
  OPENAI_MODEL: field(
    z.string().default('gpt-5-mini'),
    'Name of the language model (not used by this version)',
    'gpt-5-mini',
  ),
  OPENAI_BASE_URL: field(
    webUrl.optional(),
    'Address of an API compatible with OpenAI (not used by this version)',
    "OpenAI's own",
  ),
  ...HEALTH_SETTINGS,
} as const;

const shape = Object.fromEntries(
  Object.entries(SETTINGS).map(([name, { schema }]) => [name, schema]),
) as { [K in keyof typeof SETTINGS]: (typeof SETTINGS)[K]['schema'] };

export const Settings = z.object(shape).superRefine((value, context) => {
  if ((value.TIME4VPS_LOGIN === undefined) !== (value.TIME4VPS_PASSWORD === undefined)) {
    const missing = value.TIME4VPS_LOGIN === undefined ? 'TIME4VPS_LOGIN' : 'TIME4VPS_PASSWORD';
    context.addIssue({ code: 'custom', path: [missing], message: 'is required beside its pair' });
  }
  if (value.TELEGRAM_UPDATES === 'webhook' && !isCalledByTelegram(value.ZAVHOZ_PUBLIC_URL)) {
    const message =
      'must be an https URL on port 443, 80, 88 or 8443 when TELEGRAM_UPDATES is webhook';
    context.addIssue({ code: 'custom', path: ['ZAVHOZ_PUBLIC_URL'], message });
  }
});

/** Telegram calls no other addresses (https://core.telegram.org/bots/api#setwebhook). */
function isCalledByTelegram(address: string | undefined): boolean {
  if (address === undefined) return false;
  const { protocol, port } = new URL(address);
  return protocol === 'https:' && ['', '80', '88', '8443'].includes(port);
}

export type Settings = z.output<typeof Settings>;
