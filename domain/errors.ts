/**
 * The closed set of error codes. `retry` is the default answer to "may the same thing be tried
 * again?": `no` (a human or a change is needed), `soon` (transient: seconds), `later` (minutes),
 * `look` (the outcome is unknown: look at the world before repeating).
 * Each edge translates a code once: api/error-handler.ts to HTTP, bot/render to chat text.
 */
export const ERROR_CODES = {
  invalid_input: { retry: 'no' },
  unauthorized: { retry: 'no' },
  forbidden: { retry: 'no' },
  not_found: { retry: 'no' },
  illegal_transition: { retry: 'no' },
  conflict: { retry: 'no' },
  idempotency_mismatch: { retry: 'no' },
  not_managed: { retry: 'no' },
  hands_off: { retry: 'no' },
  approval_required: { retry: 'no' },
  /** Automatic action is switched off: freeze, open breaker, or our own network is away. */
  frozen: { retry: 'no' },
  /** Caps or budgets of recoveries are used up. */
  recovery_budget: { retry: 'later' },
  attempts_exhausted: { retry: 'no' },
  identity_mismatch: { retry: 'no' },
  suspended: { retry: 'no' },
  upstream: { retry: 'later' },
  upstream_login: { retry: 'no' },
  rate_limited: { retry: 'soon' },
  busy: { retry: 'soon' },
  unsupported: { retry: 'no' },
  no_password: { retry: 'no' },
  unreachable: { retry: 'later' },
  login_refused: { retry: 'no' },
  host_key_changed: { retry: 'no' },
  playbook_failed: { retry: 'later' },
  verification_failed: { retry: 'later' },
  timeout: { retry: 'later' },
  unknown_outcome: { retry: 'look' },
  cancelled: { retry: 'no' },
  superseded: { retry: 'no' },
  expired: { retry: 'no' },
  lease_lost: { retry: 'look' },
  unavailable: { retry: 'soon' },
  /** Our own database or queue does not answer; work is cut short and goes on later. */
  storage_unavailable: { retry: 'soon' },
  internal: { retry: 'no' },
} as const satisfies Record<string, { retry: Retry }>;

export type Retry = 'no' | 'soon' | 'later' | 'look';
export type ErrorCode = keyof typeof ERROR_CODES;

export interface OpsErrorOptions {
  /** Overrides the code's own answer. */
  readonly retry?: Retry;
  /** Milliseconds the other side asked us to wait. */
  readonly retryAfterMs?: number;
  /** What would be right, in one sentence for a person. */
  readonly hint?: string;
  /** Facts for programs (snake_case keys, no secrets); shown on the wire. */
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** The only error class that crosses a folder. `message` is fit for a person and free of secrets. */
export class OpsError extends Error {
  readonly code: ErrorCode;
  readonly retry: Retry;
  readonly retryAfterMs: number | undefined;
  readonly hint: string | undefined;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, options: OpsErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'OpsError';
    this.code = code;
    this.retry = options.retry ?? ERROR_CODES[code].retry;
    this.retryAfterMs = options.retryAfterMs;
    this.hint = options.hint;
    this.details = options.details ?? {};
  }
}

/** Anything thrown, as an OpsError; what is not ours becomes `internal` (or `cancelled` on abort). */
export function toOpsError(error: unknown): OpsError {
  if (error instanceof OpsError) return error;
  if (error instanceof Error && error.name === 'AbortError') {
    return new OpsError('cancelled', 'The work was stopped.', { cause: error });
  }
  const message = error instanceof Error ? error.message : String(error);
  return new OpsError('internal', message, { cause: error });
}
