import { resolve } from 'node:path';
import { OpsError } from '#domain/errors.ts';
import { SETTINGS, Settings } from './settings.ts';

export interface Config {
  readonly settings: Settings;
  readonly dataDir: string;
  readonly publicUrl: string;
  /** What is switched off for want of a setting, for the banner. */
  readonly off: readonly { readonly what: string; readonly set: string }[];
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** Pure: reads only `env`. Throws `invalid_input` that names every wrong variable at once. */
export function loadConfig(env: Environment, cwd: string): Config {
  const given = Object.fromEntries(Object.keys(SETTINGS).map((name) => [name, env[name]]));
  const parsed = Settings.safeParse(given);
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => `${issue.path.join('/')}: ${issue.message}`);
    throw new OpsError('invalid_input', `The configuration is wrong:\n  ${lines.join('\n  ')}`, {
      hint: 'README.md lists every setting.',
      details: { problems: lines },
    });
  }
  const settings = parsed.data;
  return {
    settings,
    dataDir: resolve(cwd, settings.ZAVHOZ_DATA_DIR),
    publicUrl: settings.ZAVHOZ_PUBLIC_URL ?? localUrl(settings),
    off: switchedOff(settings),
  };
}

/** Where this machine itself reaches the API. */
export function localUrl({ ZAVHOZ_HOST: host, PORT: port }: Settings): string {
  const everywhere = host === '0.0.0.0' || host === '::';
  const name = everywhere ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host;
  return `http://${name}:${port}`;
}

function switchedOff(settings: Settings): Config['off'] {
  const rows = [
    [settings.TELEGRAM_BOT_TOKEN, 'Telegram: no chat, no alerts there', 'TELEGRAM_BOT_TOKEN'],
    [
      settings.TIME4VPS_LOGIN,
      'Time4VPS: no servers are discovered there',
      'TIME4VPS_LOGIN and TIME4VPS_PASSWORD',
    ],
    [
      settings.OPENAI_API_KEY,
      'Language model: free-text chat is off, all else works',
      'OPENAI_API_KEY',
    ],
  ] as const;
  return rows.filter(([value]) => value === undefined).map(([, what, set]) => ({ what, set }));
}
