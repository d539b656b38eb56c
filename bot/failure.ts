import { TelegramError } from 'telegraf';

/**
 * What a failed call to Telegram means. conflict: a twin polls. webhook: one is set, polling cannot
 * work. flood: wait. format: the HTML was rejected. unchanged, gone, late: nothing left to do
 * (same text, message deleted, tap too old). blocked: this reader cannot be reached. refused: the
 * call itself is wrong. login: the token is wrong. network: nobody knows whether it arrived.
 */
export interface Failure {
  readonly kind:
    | 'conflict'
    | 'webhook'
    | 'flood'
    | 'format'
    | 'unchanged'
    | 'gone'
    | 'late'
    | 'blocked'
    | 'refused'
    | 'login'
    | 'network';
  /** Telegram's own words, or the network's; free of the token. */
  readonly reason: string;
  readonly retryAfterMs: number | null;
}

const TEXTS: readonly (readonly [RegExp, Failure['kind']])[] = [
  [/can't parse entities/i, 'format'],
  [/message is not modified/i, 'unchanged'],
  [/message to (edit|delete|be replied) not found|message can't be edited/i, 'gone'],
  [/query is too old|query ID is invalid/i, 'late'],
  [/chat not found|user is deactivated|bot was (blocked|kicked)|PEER_ID_INVALID/i, 'blocked'],
  [/group chat was upgraded/i, 'blocked'],
];

export function failureOf(error: unknown): Failure {
  if (!(error instanceof TelegramError)) {
    const reason = error instanceof Error ? error.message : String(error);
    return { kind: 'network', reason, retryAfterMs: null };
  }
  const { code, description, parameters } = error;
  const wait = parameters?.retry_after;
  const retryAfterMs = wait === undefined ? null : wait * 1000;
  return { kind: kindOf(code, description), reason: `${code}: ${description}`, retryAfterMs };
}

function kindOf(code: number, description: string): Failure['kind'] {
  if (code === 409) return /webhook/i.test(description) ? 'webhook' : 'conflict';
  if (code === 429) return 'flood';
  if (code === 401 || code === 404) return 'login';
  if (code === 403) return 'blocked';
  if (code >= 500) return 'network';
  return TEXTS.find(([pattern]) => pattern.test(description))?.[1] ?? 'refused';
}
