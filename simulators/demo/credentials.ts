/** Settings that reach something real: a provider's account, programs that buy servers, a bot. */
const REAL = [
  'TIME4VPS_LOGIN',
  'TIME4VPS_PASSWORD',
  'TELEGRAM_BOT_TOKEN',
  'SCRIPT_PROVISION',
  'SCRIPT_TERMINATE',
  'OPENAI_API_KEY',
] as const;

/** Names of the real credentials in an environment; neither demo nor tests run beside them. */
export const realCredentials = (env: Readonly<Record<string, string | undefined>>) =>
  REAL.filter((name) => (env[name] ?? '') !== '');

/**
 * Why the demo does not start in this environment; null where nothing real is in it. The agent is
 * given none of these anyway; the refusal is for the person who believes that they would count.
 */
export function refusal(env: Readonly<Record<string, string | undefined>>): string | null {
  const found = realCredentials(env);
  if (found.length === 0) return null;
  return [
    `The demo works with simulated servers and a chat of its own, and refuses real credentials: ${found.join(', ')}.`,
    `Start it without them:  env ${found.map((name) => `-u ${name}`).join(' ')} npm run demo`,
    'For the real thing:     npm start',
  ].join('\n');
}

const PASSED_ON = [
  ...['PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'TERM', 'TMPDIR', 'TZ'],
  ...['LANG', 'LC_ALL', 'LC_CTYPE', 'DOCKER_HOST', 'DOCKER_CONTEXT', 'DOCKER_CONFIG'],
] as const;

/** What the demo's processes get of the user's environment: nothing that configures an agent. */
export function bareEnvironment(
  env: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  return Object.fromEntries(
    PASSED_ON.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])),
  );
}
