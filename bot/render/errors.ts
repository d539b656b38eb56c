import type { ErrorCode, OpsError } from '#domain/errors.ts';
import type { MessageKey, Translate } from '../locales/translate.ts';
import { type Html, html, italic, join, shown } from './html.ts';

/** Error code to chat text: the bot's one table; a code without a line does not compile. */
export const ERROR_TEXTS: Readonly<Record<ErrorCode, MessageKey>> = {
  invalid_input: 'error.invalid_input',
  unauthorized: 'error.unauthorized',
  forbidden: 'error.forbidden',
  not_found: 'error.not_found',
  illegal_transition: 'error.illegal_transition',
  conflict: 'error.conflict',
  idempotency_mismatch: 'error.idempotency_mismatch',
  not_managed: 'error.not_managed',
  hands_off: 'error.hands_off',
  approval_required: 'error.approval_required',
  frozen: 'error.frozen',
  recovery_budget: 'error.recovery_budget',
  attempts_exhausted: 'error.attempts_exhausted',
  identity_mismatch: 'error.identity_mismatch',
  suspended: 'error.suspended',
  upstream: 'error.upstream',
  upstream_login: 'error.upstream_login',
  rate_limited: 'error.rate_limited',
  busy: 'error.busy',
  unsupported: 'error.unsupported',
  no_password: 'error.no_password',
  unreachable: 'error.unreachable',
  login_refused: 'error.login_refused',
  host_key_changed: 'error.host_key_changed',
  playbook_failed: 'error.playbook_failed',
  verification_failed: 'error.verification_failed',
  timeout: 'error.timeout',
  unknown_outcome: 'error.unknown_outcome',
  cancelled: 'error.cancelled',
  superseded: 'error.superseded',
  expired: 'error.expired',
  lease_lost: 'error.lease_lost',
  unavailable: 'error.unavailable',
  storage_unavailable: 'error.storage_unavailable',
  internal: 'error.internal',
};

export const isErrorCode = (value: unknown): value is ErrorCode =>
  typeof value === 'string' && Object.hasOwn(ERROR_TEXTS, value);

/** What went wrong in the reader's language, then the exact words, then what would be right. */
export function renderError(
  t: Translate,
  error: Pick<OpsError, 'code' | 'message' | 'hint'>,
): Html {
  return join([
    html(`❌ ${t(ERROR_TEXTS[error.code]).html}`),
    // The words of an internal error are for the log: they may name what is nobody's business.
    error.code === 'internal' ? null : italic(shown(t.detail(error.message))),
    error.hint ? shown(t.detail(error.hint)) : null,
  ]);
}
