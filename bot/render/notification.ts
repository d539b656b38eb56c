import type { Severity } from '#domain/incident.ts';
import type { Notification } from '#domain/notification.ts';
import type { Translate } from '../locales/translate.ts';
import { ERROR_TEXTS, isErrorCode } from './errors.ts';
import { bold, code, type Html, html, italic, join, shown, shownLines, split } from './html.ts';
import { inputButtons, secretHint } from './input.ts';
import type { Rendered } from './message.ts';

const SIGNS: Readonly<Record<Severity, string>> = {
  info: 'ℹ️',
  warning: '⚠️',
  error: '❌',
  critical: '🚨',
  success: '✅',
};

type Params = Notification['params'];
type Lines = (t: Translate, server: Html, params: Params) => readonly (Html | null)[];

const has = (value: string | number | undefined): value is string | number =>
  value !== undefined && value !== '';
const number = (value: string | number | undefined): number | null =>
  has(value) && Number.isFinite(Number(value)) ? Number(value) : null;

/**
 * The text of each kind. Values it knows, all optional: server, provider, ip, care, by, mode
 * (reinstall, reset), seconds (how long it took; until the next attempt), attempt, max, step,
 * code (an ErrorCode), reason, hint, question, input (secret, confirm), request (its id).
 */
const LINES: Readonly<Record<Notification['kind'], Lines>> = {
  server_discovered: (t, server, p) => [
    t('note.server_discovered', {
      server,
      provider: p.provider ?? '–',
      address: has(p.ip) ? html(` (${code(p.ip).html})`) : '',
    }),
    t(p.care === 'managed' ? 'note.discovered_managed' : 'note.discovered_care'),
  ],
  server_missing: (t, server, p) => [
    t('note.server_missing', { server, provider: p.provider ?? '–' }),
  ],
  provisioning_started: (t, server, p) => [
    t('note.provisioning_started', { server }),
    attempt(t, p, 2),
    by(t, p),
  ],
  rebuild_started: (t, server, p) => [
    t(p.mode === 'reset' ? 'note.rebuild_reset' : 'note.rebuild_started', { server }),
    by(t, p),
  ],
  server_ready: (t, server, p) => {
    const seconds = number(p.seconds);
    return [
      t('note.server_ready', { server }),
      has(p.ip) ? code(p.ip) : null,
      seconds === null ? null : t('note.took', { duration: t.duration(seconds) }),
    ];
  },
  provisioning_failed: (t, server, p) => [
    t('note.provisioning_failed', { server }),
    ...why(t, p),
    attempt(t, p, 1),
  ],
  provisioning_retry: (t, server, p) => {
    const delay = number(p.seconds);
    return [
      delay === null
        ? t('note.provisioning_retry_soon', { server })
        : t('note.provisioning_retry', { server, delay: t.duration(delay) }),
      ...why(t, p),
      attempt(t, p, 1),
    ];
  },
  operation_cancelled: (t, server, p) => [t('note.operation_cancelled', { server }), by(t, p)],
  operation_expired: (t, server) => [t('note.operation_expired', { server })],
  input_needed: (t, server, p) => [
    t('note.input_needed', { server }),
    has(p.question) ? shownLines(String(p.question)) : null,
    p.input === 'secret' && has(p.request) ? secretHint(t, String(p.request)) : null,
    has(p.request) ? null : t('note.input_answer'),
  ],
};

const by = (t: Translate, { by: who }: Params): Html | null =>
  has(who) ? t('note.by', { by: who }) : null;

/** Shown from the attempt on at which it says something. */
function attempt(t: Translate, params: Params, from: number): Html | null {
  const at = number(params.attempt);
  if (at === null || at < from || !has(params.max)) return null;
  return t('note.attempt', { attempt: at, attempts: params.max });
}

function why(t: Translate, params: Params): readonly (Html | null)[] {
  return [
    isErrorCode(params.code) ? t(ERROR_TEXTS[params.code]) : null,
    has(params.step) ? t('note.step', { step: params.step }) : null,
    has(params.reason) ? italic(shown(params.reason)) : null,
    has(params.hint) ? shown(params.hint) : null,
  ];
}

/** What one reader gets: one message, never longer than Telegram takes. */
export function renderNotification(t: Translate, notification: Notification): Rendered {
  const { kind, params, severity, serverHandle } = notification;
  const server = bold(shown(serverHandle ?? params.server ?? '–'));
  const lines = join(LINES[kind](t, server, params));
  const [first, ...more] = split(html(`${SIGNS[severity]} ${lines.html}`), 4000);
  const text = more.length > 0 ? html(`${first?.html}\n…`) : (first ?? html(SIGNS[severity]));
  const requestId = kind === 'input_needed' && has(params.request) ? params.request : null;
  return {
    text,
    ...(requestId !== null && {
      buttons: inputButtons(t, {
        id: String(requestId),
        kind: params.input === 'confirm' ? 'confirm' : 'secret',
      }),
    }),
    ...(severity === 'info' && { silent: true }),
  };
}
