import { OpsError } from '#domain/errors.ts';
import type { ProgramAnswer, Programs } from '#domain/ports.ts';
import { Answer, type Failure, type ScriptRequest, type Settings, type Success } from './schema.ts';

const MAX_OUTPUT_BYTES = 64 * 1024;
/** Variables that a program usually needs; nothing else of our environment reaches it. */
const ENVIRONMENT = { LANG: 'C.UTF-8' };

const CODES = {
  not_found: 'not_found',
  busy: 'busy',
  suspended: 'suspended',
  login: 'upstream_login',
} as const;

/** Runs one program with one request on stdin; throws unless it answered `success: true`. */
export async function runScript(
  settings: Settings,
  programs: Programs,
  request: ScriptRequest,
  signal: AbortSignal,
): Promise<Success> {
  const program = {
    provision: settings.provision,
    terminate: settings.terminate,
    health_check: settings.healthCheck,
  }[request.action];
  const ended = await programs.run([program], {
    stdin: `${JSON.stringify(request)}\n`,
    env: ENVIRONMENT,
    timeoutMs: settings.timeout * 1000,
    maxOutputBytes: MAX_OUTPUT_BYTES,
    signal,
  });
  const name = `The ${request.action} program`;
  if (ended.timedOut) {
    throw lost(request, 'timeout', `${name} did not end within ${settings.timeout} s.`, ended);
  }
  if (ended.truncated) {
    throw lost(request, 'upstream', `${name} wrote more than ${MAX_OUTPUT_BYTES} bytes.`, ended);
  }
  const answer = parse(ended.stdout);
  if (answer instanceof Error) {
    throw lost(request, 'upstream', `${name} ${ending(ended)}: ${answer.message}.`, ended);
  }
  if (!answer.success) throw failure(name, answer);
  if (ended.code !== 0) {
    const said = `${name} answered success but ${ending(ended)}.`;
    throw lost(request, 'upstream', said, ended);
  }
  return answer;
}

const ending = ({ code }: ProgramAnswer): string =>
  code === null ? 'was ended by a signal' : `ended with exit code ${code}`;

function parse(stdout: string): Answer | Error {
  const text = stdout.trim();
  if (text === '') return new Error('it printed no answer');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return new Error('its answer is not one JSON object');
  }
  const parsed = Answer.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  return new Error(
    `its answer is wrong at ${issue?.path.join('/') || 'the top'} (${issue?.message})`,
  );
}

/** A program that changes something and gave no clear answer may have changed it all the same. */
function lost(
  request: ScriptRequest,
  code: 'timeout' | 'upstream',
  message: string,
  ended: ProgramAnswer,
): OpsError {
  const stderr = scrub(ended.stderr.trim()).slice(-300);
  const options = stderr === '' ? {} : { details: { stderr } };
  return request.action === 'health_check'
    ? new OpsError(code, message, options)
    : new OpsError('unknown_outcome', `${message} It may have acted.`, options);
}

function failure(name: string, { error, code, retry_possible }: Failure): OpsError {
  return new OpsError(
    code ? CODES[code] : 'upstream',
    `${name} reported: ${scrub(error).slice(0, 300)}`,
    { retry: retry_possible ? 'later' : 'no' },
  );
}

/** Programs are asked not to print secrets; what looks like one is hidden all the same. */
const scrub = (text: string): string =>
  text.replace(
    /("?\w*(?:pass(?:word|wd)?|token|secret|api_?key)"?\s*[:=]\s*)(?:"[^"]*"|'[^']*'|\S+)/gi,
    '$1***',
  );
