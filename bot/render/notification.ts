import type { Severity } from '#domain/incident.ts';
import type { Notification } from '#domain/notification.ts';
import type { Translate } from '../locales/translate.ts';
import { digestLines } from './digest.ts';
import { bold, code, type Html, html, join, shown, shownLines, split } from './html.ts';
import { inputButtons, secretHint } from './input.ts';
import type { Rendered } from './message.ts';
import { by, has, type Lines, number, type Params, took, why } from './note-values.ts';
import { PEOPLE_LINES } from './people-notes.ts';
import { approvalLines, WATCH_LINES, watchButtons } from './watch-notes.ts';

export const SIGNS: Readonly<Record<Severity, string>> = {
  info: 'ℹ️',
  warning: '⚠️',
  error: '❌',
  critical: '🚨',
  success: '✅',
};

/**
 * The text of each kind. Values it knows, all optional: server, provider, ip, care, by, mode
 * (reinstall, reset), seconds (how long it took; until the next attempt), attempt, max, step,
 * code (an ErrorCode), reason, hint, question, input (secret, confirm), request (its id). Those of
 * watching and recovering stand in watch-notes.ts.
 */
const LINES: Readonly<Record<Exclude<Notification['kind'], 'approval_needed'>, Lines>> = {
  ...WATCH_LINES,
  ...PEOPLE_LINES,
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
  server_ready: (t, server, p) => [
    t('note.server_ready', { server }),
    has(p.ip) ? code(p.ip) : null,
    took(t, p.seconds),
  ],
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
  reboot_started: (t, server, p) => [t('note.reboot_started', { server }), by(t, p)],
  server_rebooted: (t, server, p) => [t('note.server_rebooted', { server }), took(t, p.seconds)],
  reboot_failed: (t, server, p) => [t('note.reboot_failed', { server }), ...why(t, p)],
  operation_cancelled: (t, server, p) => [t('note.operation_cancelled', { server }), by(t, p)],
  daily_digest: (t, _server, p) => digestLines(t, String(p.digest ?? '')),
  operation_expired: (t, server) => [t('note.operation_expired', { server })],
  input_needed: (t, server, p) => [
    t('note.input_needed', { server }),
    has(p.question) ? shownLines(t.detail(String(p.question))) : null,
    p.input === 'secret' && has(p.request) ? secretHint(t, String(p.request)) : null,
    has(p.request) ? null : t('note.input_answer'),
  ],
};

/** Shown from the attempt on at which it says something. */
function attempt(t: Translate, params: Params, from: number): Html | null {
  const at = number(params.attempt);
  if (at === null || at < from || !has(params.max)) return null;
  return t('note.attempt', { attempt: at, attempts: params.max });
}

function textOf(t: Translate, notification: Notification): Html {
  const { kind, params, severity, serverHandle } = notification;
  const name = String(serverHandle ?? params.server ?? '–');
  if (kind === 'approval_needed') return approvalLines(t, name, params, SIGNS[severity]);
  return html(`${SIGNS[severity]} ${join(LINES[kind](t, bold(shown(name)), params)).html}`);
}

function buttonsOf(t: Translate, notification: Notification): Rendered['buttons'] | null {
  const { kind, params } = notification;
  if (kind !== 'input_needed') return watchButtons(t, notification);
  if (!has(params.request)) return null;
  const input = params.input === 'confirm' ? 'confirm' : 'secret';
  return inputButtons(t, { id: String(params.request), kind: input });
}

/** What one reader gets: one message, never longer than Telegram takes. */
export function renderNotification(t: Translate, notification: Notification): Rendered {
  const { severity } = notification;
  const [first, ...more] = split(textOf(t, notification), 4000);
  const text = more.length > 0 ? html(`${first?.html}\n…`) : (first ?? html(SIGNS[severity]));
  const buttons = buttonsOf(t, notification);
  return {
    text,
    ...(buttons && { buttons }),
    ...(severity === 'info' && { silent: true }),
  };
}
