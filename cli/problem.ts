import { CliError, EXIT, type ExitCode } from './cli-error.ts';

/** Statuses that say that the call was wrong; all others say that the work was not done. */
const MISUSE: readonly number[] = [400, 401, 403, 404, 405, 413, 415, 422];

const textOf = (value: unknown): string | null =>
  typeof value === 'string' && value !== '' ? value : null;

/** A problem+json answer as an error of ours; tolerant of proxies that answer something else. */
export function toCliError(status: number, body: unknown, url: string): CliError {
  const exitCode: ExitCode = MISUSE.includes(status) ? EXIT.misuse : EXIT.failed;
  if (typeof body !== 'object' || body === null || !('detail' in body)) {
    return new CliError(exitCode, `${url} answered ${status}, and not in Zavhoz's form.`, {
      code: 'foreign_answer',
      hint: 'Check ZAVHOZ_URL: it has to lead to the API of Zavhoz.',
    });
  }
  const problem = body as Readonly<Record<string, unknown>>;
  return new CliError(exitCode, textOf(problem.detail) ?? `The API answered ${status}.`, {
    code: textOf(problem.code) ?? 'failed',
    hint: status === 401 ? TOKEN_HINT : asCommand(textOf(problem.hint)),
  });
}

const TOKEN_HINT = 'Check ZAVHOZ_TOKEN, or the file api-token in the data directory of the agent.';

/** The API hints at its own calls; here the command is the one to name. */
const asCommand = (hint: string | null): string | null =>
  hint?.replace(
    /GET \/api\/([a-z-]+)(?:\?\S*)?/g,
    (_, name: string) => `"zavhoz ${name === 'input-requests' ? 'inputs' : name} list"`,
  ) ?? null;

/** A call that got no answer at all. */
export function unreachable(url: string, cause: unknown): CliError {
  const code = networkCode(cause);
  if (code === 'ECONNREFUSED') {
    return new CliError(EXIT.misuse, `The API does not run at ${url}.`, {
      code: 'api_not_running',
      hint: 'Start it with "npm start", or set ZAVHOZ_URL to where it runs (the demo: ". demo-data/env").',
    });
  }
  return new CliError(EXIT.misuse, `The API at ${url} cannot be reached (${code}).`, {
    code: 'api_unreachable',
    hint: 'Check ZAVHOZ_URL and the network; "zavhoz doctor" looks closer.',
  });
}

/** The system's word for a failed `fetch`, which hides it in causes. */
export function networkCode(error: unknown): string {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    if (at.name === 'TimeoutError') return 'no answer in time';
    const code = (at as NodeJS.ErrnoException).code;
    if (typeof code === 'string') return code;
    if (at instanceof AggregateError && at.errors.length > 0) return networkCode(at.errors[0]);
  }
  return 'no connection';
}
