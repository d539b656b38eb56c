import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { type ErrorCode, OpsError, toOpsError } from '#domain/errors.ts';
import type { Logger } from '#domain/ports.ts';
import { PROBLEM_TYPE, type ProblemInput, problem, problemText } from './problem.ts';
import { describeValidation } from './validation-problem.ts';

/** The one translation of error codes to HTTP; the compiler asks for a line per code. */
export const STATUS_BY_CODE: Readonly<Record<ErrorCode, number>> = {
  invalid_input: 422,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  illegal_transition: 409,
  conflict: 409,
  idempotency_mismatch: 409,
  not_managed: 409,
  hands_off: 409,
  approval_required: 409,
  frozen: 409,
  recovery_budget: 409,
  attempts_exhausted: 409,
  identity_mismatch: 409,
  suspended: 409,
  upstream: 502,
  upstream_login: 502,
  rate_limited: 429,
  busy: 409,
  unsupported: 422,
  no_password: 409,
  unreachable: 502,
  login_refused: 502,
  host_key_changed: 409,
  playbook_failed: 502,
  verification_failed: 502,
  timeout: 504,
  unknown_outcome: 502,
  cancelled: 409,
  superseded: 409,
  expired: 409,
  lease_lost: 503,
  unavailable: 503,
  storage_unavailable: 503,
  internal: 500,
};

/** What a caller reads above 500; the cause stands in the log under the request's id. */
const GENERIC: Readonly<Record<number, string>> = {
  500: 'Something went wrong inside Zavhoz.',
  502: 'Something that Zavhoz depends on failed.',
  503: 'A part of Zavhoz does not answer just now.',
  504: 'This took too long and was given up.',
};

/** Fastify's own refusals, before a handler runs. */
const FRAMEWORK: Readonly<Record<string, { code: ErrorCode; detail: string; hint?: string }>> = {
  FST_ERR_CTP_INVALID_JSON_BODY: {
    code: 'invalid_input',
    detail: 'The body is not valid JSON.',
    hint: 'Send one JSON object, UTF-8, with content-type application/json.',
  },
  FST_ERR_CTP_BODY_TOO_LARGE: { code: 'invalid_input', detail: 'The body is larger than 64 KiB.' },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: {
    code: 'invalid_input',
    detail: 'This content type is not understood.',
    hint: 'Send JSON with content-type application/json.',
  },
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: {
    code: 'invalid_input',
    detail: 'The body is not as long as content-length says.',
  },
  FST_ERR_BAD_URL: { code: 'invalid_input', detail: 'The URL is not well-formed.' },
};

const DEFAULT_RETRY_SECONDS = 5;
const KEY_HINT =
  'Repeat with the same Idempotency-Key: what was accepted is not lost and not done twice.';

export function createErrorHandler({ log }: { log: Logger }) {
  return (error: unknown, request: FastifyRequest, reply: FastifyReply) => {
    const answer = describe(error, request);
    const { problem: body, retryAfterSeconds } = answer;
    if (body.status >= 500) {
      const known = error instanceof OpsError ? { code: error.code } : {};
      log.error(
        {
          request: request.id,
          method: request.method,
          route: route(request),
          ...known,
          err: error,
        },
        'request failed',
      );
    }
    if (retryAfterSeconds !== null) reply.header('retry-after', retryAfterSeconds);
    if (body.status === 401) reply.header('www-authenticate', 'Bearer realm="zavhoz"');
    return sendProblem(reply, body);
  };
}

export function sendProblem(reply: FastifyReply, input: ProblemInput) {
  const body = problem(input);
  return reply
    .code(body.status)
    .type(PROBLEM_TYPE)
    .serializer(problemText as (payload: unknown) => string)
    .send(body);
}

const route = (request: FastifyRequest) => request.routeOptions.url ?? 'unknown';

function describe(
  error: unknown,
  request: FastifyRequest,
): { problem: ProblemInput; retryAfterSeconds: number | null } {
  const requestId = request.id;
  const plain = (input: Omit<ProblemInput, 'requestId'>) => ({
    problem: { ...input, requestId },
    retryAfterSeconds: null,
  });
  if (hasZodFastifySchemaValidationErrors(error)) {
    return plain(describeValidation(error as FastifyError, request));
  }
  const framework = isFastifyError(error) ? error : null;
  if (framework?.code === 'FST_ERR_HANDLER_TIMEOUT') {
    return plain({
      status: 504,
      code: 'timeout',
      detail: GENERIC[504] ?? '',
      hint: request.method === 'GET' ? null : KEY_HINT,
    });
  }
  const status = framework?.statusCode ?? 500;
  if (framework && status >= 400 && status < 500) {
    const known = FRAMEWORK[framework.code] ?? {
      code: 'invalid_input' as const,
      // A body that JSON.parse or the prototype guard refuses comes as a bare SyntaxError.
      detail: status === 400 ? 'The request is not well-formed.' : 'The request was refused.',
    };
    return plain({ ...known, status });
  }
  return describeOpsError(toOpsError(error), request);
}

function describeOpsError(error: OpsError, request: FastifyRequest) {
  const status = STATUS_BY_CODE[error.code];
  const later = status === 503 || status === 429 || error.retryAfterMs !== undefined;
  const hint =
    error.hint ?? (status >= 502 && request.method !== 'GET' && later ? KEY_HINT : undefined);
  return {
    problem: {
      status,
      code: error.code,
      detail: status >= 500 ? (GENERIC[status] ?? GENERIC[500] ?? '') : error.message,
      hint: error.code === 'internal' ? null : (hint ?? null),
      details: status >= 500 ? {} : error.details,
      requestId: request.id,
    },
    retryAfterSeconds: later
      ? Math.max(1, Math.ceil((error.retryAfterMs ?? DEFAULT_RETRY_SECONDS * 1000) / 1000))
      : null,
  };
}

const isFastifyError = (error: unknown): error is FastifyError =>
  error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number';
