import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Notification } from '#domain/notification.ts';
import { parseHtml } from '#simulators/telegram/html.ts';
import { translator } from '../locales/translate.ts';
import { html, MESSAGE_LIMIT, plainOf, shown, split } from './html.ts';
import { renderNotification } from './notification.ts';

const en = translator('en');
/** A kind that is missing here does not compile. */
const KINDS = Object.keys({
  server_discovered: 0,
  server_missing: 0,
  provisioning_started: 0,
  rebuild_started: 0,
  server_ready: 0,
  provisioning_failed: 0,
  provisioning_retry: 0,
  reboot_started: 0,
  server_rebooted: 0,
  reboot_failed: 0,
  operation_cancelled: 0,
  operation_expired: 0,
  input_needed: 0,
  incident_opened: 0,
  incident_resolved: 0,
  incident_failed: 0,
  incident_escalated: 0,
  approval_needed: 0,
  daily_digest: 0,
  mass_failure: 0,
  blind_interval: 0,
  fleet_frozen: 0,
  fleet_rearmed: 0,
  provider_unavailable: 0,
  provider_back: 0,
  user_joined: 0,
  secret_code: 0,
} satisfies Record<Notification['kind'], 0>) as Notification['kind'][];
const note = (
  kind: Notification['kind'],
  params: Notification['params'] = {},
  over = {},
): Notification => ({
  dedupeKey: 'k',
  severity: 'warning',
  kind,
  params,
  serverHandle: 'vps-1',
  operationId: null,
  ...over,
});
const text = (kind: Notification['kind'], params: Notification['params'] = {}) =>
  plainOf(renderNotification(en, note(kind, params)).text.html);

describe('notifications', () => {
  it('say what happened', () => {
    expect(text('server_discovered', { provider: 'time4vps', ip: '192.0.2.1', care: 'none' })).toBe(
      '⚠️ New server vps-1 at time4vps (192.0.2.1).\nIt is not touched until you say so.',
    );
    expect(text('server_discovered', { provider: 'time4vps', ip: '', care: 'managed' })).toContain(
      'starts by itself',
    );
    expect(text('rebuild_started', { mode: 'reset', by: 'tg:1' })).toContain(
      'the disk is kept.\nOn the word of tg:1.',
    );
    expect(
      text('provisioning_failed', {
        step: 'open-access',
        code: 'login_refused',
        reason: 'no',
        hint: 'Reset it.',
        attempt: 3,
        max: 3,
      }),
    ).toBe(
      '⚠️ Preparing vps-1 failed.\nThe server refused the login.\nStep: open access by key.\nno\nReset it.\nAttempt 3 of 3.',
    );
    expect(text('provisioning_retry', { seconds: 120, attempt: 1, max: 3 })).toContain(
      'I try again in 2 min',
    );
    expect(text('server_ready', { seconds: 372 })).toContain('It took 6 min');
  });

  it('carry the buttons of a question', () => {
    const request = '01930000-0000-7000-8000-000000000001';
    const secret = renderNotification(
      en,
      note('input_needed', { request, input: 'secret', question: 'Why?' }),
    );
    expect(secret.buttons?.flat().map((b) => b.data)).toEqual([
      `in.a.${request}`,
      `in.n.${request}`,
    ]);
    expect(plainOf(secret.text.html)).toContain(`npx zavhoz inputs answer ${request}`);
    const confirm = renderNotification(en, note('input_needed', { request, input: 'confirm' }));
    expect(confirm.buttons?.flat()[0]?.data).toBe(`in.y.${request}`);
    expect(renderNotification(en, note('input_needed')).buttons).toBeUndefined();
  });

  it('bear every sign', () => {
    for (const [severity, sign] of Object.entries({
      info: 'ℹ️',
      warning: '⚠️',
      error: '❌',
      critical: '🚨',
      success: '✅',
    })) {
      const { text: shownText } = renderNotification(en, note('server_ready', {}, { severity }));
      expect(shownText.html.startsWith(`${sign} `)).toBe(true);
    }
  });

  it('are always HTML that Telegram takes, within its limit, whatever the values', {
    timeout: 30_000,
  }, () => {
    const hostile = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.string({
        unit: fc.constantFrom('<', '>', '&', '"', '\n', '😀', 'a', '\u202e'),
        maxLength: 9000,
      }),
      fc.double(),
    );
    const names = [
      'server',
      'provider',
      'ip',
      'care',
      'by',
      'mode',
      'seconds',
      'attempt',
      'max',
      'step',
      'code',
      'reason',
      'hint',
      'question',
      'input',
      'request',
      ...['type', 'since', 'services', 'incident', 'rungs', 'redeployed', 'tried', 'skipped'],
      ...['runbook', 'approval', 'effect', 'why', 'lost', 'undo', 'until', 'round', 'count'],
      ...['total', 'where', 'examples', 'from'],
    ];
    const params = fc.dictionary(fc.constantFrom(...names), hostile, { maxKeys: 10 });
    fc.assert(
      fc.property(
        fc.constantFrom(...KINDS),
        params,
        fc.constantFrom('en' as const, 'ru' as const),
        (kind, values, language) => {
          const rendered = renderNotification(translator(language), note(kind, values));
          const { text: visible } = parseHtml(rendered.text.html);
          expect(visible.length).toBeLessThanOrEqual(MESSAGE_LIMIT);
          expect(visible).toBe(plainOf(rendered.text.html));
          for (const { text: label, data } of rendered.buttons?.flat() ?? []) {
            expect(label.length).toBeLessThanOrEqual(64);
            expect(Buffer.byteLength(data)).toBeLessThanOrEqual(64);
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('split', () => {
  it('loses no line and keeps each part within the limit', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ maxLength: 60 }), { minLength: 1, maxLength: 60 }),
        (values) => {
          const lines = values.map((value) => `<b>${shown(value).html}</b>.`);
          const parts = split(html(lines.join('\n')), 200);
          for (const part of parts)
            expect(parseHtml(part.html).text.length).toBeLessThanOrEqual(200);
          expect(parts.map((p) => p.html).join('\n')).toBe(lines.join('\n'));
        },
      ),
    );
  });

  it('cuts a line beyond the limit, never within a character', () => {
    const [part] = split(html(`<b>${'😀'.repeat(50)}</b>`), 20);
    expect(part?.html).toBe(`${'😀'.repeat(9)}…`);
  });
});
