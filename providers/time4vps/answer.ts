import type { z } from 'zod';
import { OpsError } from '#domain/errors.ts';
import type { HttpAnswer } from '#domain/ports.ts';

const DEFAULT_WAIT_SECONDS = 30;
const MAX_WAIT_SECONDS = 3600;

/** Text and numbers of a foreign error value, however deep the arrays are. */
function flatten(value: unknown): readonly (string | number)[] {
  if (typeof value === 'string' || typeof value === 'number') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(flatten);
}

const waitOf = (parts: readonly (string | number)[], after: number): number => {
  const seconds = Number(parts[after + 1]);
  const sane = Number.isFinite(seconds) && seconds > 0 ? seconds : DEFAULT_WAIT_SECONDS;
  return Math.min(sane, MAX_WAIT_SECONDS) * 1000;
};

const rateLimited = (retryAfterMs: number): OpsError =>
  new OpsError(
    'rate_limited',
    `Time4VPS asks to wait ${Math.ceil(retryAfterMs / 1000)} s between calls.`,
    { retryAfterMs },
  );

/** Causes in the order in which they are looked for: a throttled call also says "unauthorized". */
const CAUSES: readonly { readonly match: RegExp; readonly error: (said: string) => OpsError }[] = [
  {
    match: /^ip_?not_?allowed$/i,
    error: () =>
      new OpsError(
        'upstream_login',
        "Time4VPS does not accept calls from this machine's address.",
        {
          hint: "Add this machine's public address to the API allow-list of the Time4VPS account (Account → Security → API access).",
        },
      ),
  },
  {
    match: /^wrong_?login$/i,
    error: () =>
      new OpsError('upstream_login', 'Time4VPS refused the login.', {
        hint: "Check TIME4VPS_LOGIN (the account's e-mail address) and TIME4VPS_PASSWORD.",
      }),
  },
  {
    match: /suspend/i,
    error: () =>
      new OpsError('suspended', 'Time4VPS says that the service is suspended.', {
        hint: 'Look at the invoices of the account; a suspended server is not a broken one.',
      }),
  },
  {
    match: /busy|active.?task|in progress|already (running|active|pending)|another task/i,
    error: () => new OpsError('busy', 'Time4VPS is still working on this server.'),
  },
  {
    match: /invalid task|task not found/i,
    error: () =>
      new OpsError('not_found', 'Time4VPS knows no such task.', { details: { missing: 'task' } }),
  },
  {
    match: /not.?found|invalid (server|service|account)|no such|does not exist|unknown server/i,
    error: () => new OpsError('not_found', 'Time4VPS knows no such server.'),
  },
  {
    match: /invalid os|os not available|unsupported os|wrong os|unknown os/i,
    error: () =>
      new OpsError('invalid_input', 'Time4VPS does not know this OS template.', {
        hint: 'Set REINSTALL_OS to one of the templates that it lists for the server.',
      }),
  },
];

/** The error in an answer, or null. The `error` key counts whatever the status is. */
export function errorOf(answer: HttpAnswer, scrub: (text: string) => string): OpsError | null {
  const { body, status } = answer;
  const said =
    typeof body === 'object' && body !== null && 'error' in body ? flatten(body.error) : [];
  const texts = said.map(String);
  const throttled = texts.findIndex((text) => /wait_x_between_action|too many/i.test(text));
  if (throttled >= 0) return rateLimited(waitOf(said, throttled));
  for (const { match, error } of CAUSES) {
    if (texts.some((text) => match.test(text))) return error(texts.join(' '));
  }
  if (status === 429) return rateLimited(waitOf([Number(answer.headers['retry-after'])], -1));
  const specific = texts.filter((text) => text !== 'unauthorized');
  if (specific.length > 0) {
    const shown = scrub(specific.join(' ').slice(0, 200));
    return new OpsError('upstream', `Time4VPS refused the call: ${shown}`);
  }
  if (status === 401 || texts.length > 0) {
    return new OpsError('upstream_login', 'Time4VPS refused the login.', {
      hint: "Check TIME4VPS_LOGIN and TIME4VPS_PASSWORD, and the account's API allow-list.",
    });
  }
  if (status === 404) return new OpsError('not_found', 'Time4VPS knows no such thing.');
  if (status >= 500) return new OpsError('unavailable', `Time4VPS answered ${status}.`);
  if (status >= 300) return new OpsError('upstream', `Time4VPS answered ${status}.`);
  return null;
}

/** Foreign JSON as our type; a mismatch names the field and shows no value. */
export function parseAnswer<S extends z.ZodType>(
  schema: S,
  body: unknown,
  source: string,
): z.output<S> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const field = issue?.path.join('/') || 'the whole answer';
  throw new OpsError(
    'upstream',
    `Time4VPS answered ${source} in an unknown form (${field}: ${issue?.message ?? 'wrong'}).`,
  );
}
