import { describe, expect, it } from 'vitest';
import type { Notification } from '#domain/notification.ts';
import { translator } from '../locales/translate.ts';
import { plainOf } from './html.ts';
import { renderNotification } from './notification.ts';

const ID = '01930000-0000-7000-8000-000000000001';
const note = (
  kind: Notification['kind'],
  params: Notification['params'],
  severity: Notification['severity'] = 'critical',
): Notification => ({
  ...{ dedupeKey: 'k', severity, kind, params },
  ...{ serverHandle: 'vps-1', operationId: null },
});
const rendered = (kind: Notification['kind'], params: Notification['params'], language = 'en') => {
  const shown = renderNotification(translator(language === 'ru' ? 'ru' : 'en'), note(kind, params));
  return { text: plainOf(shown.text.html), data: shown.buttons?.flat().map((b) => b.data) };
};

describe('notes of watching and recovering', () => {
  it('tell of an incident, what is done about it, and let it be taken', () => {
    const params = {
      ...{ type: 'server_unreachable', reason: 'no answer', services: 'web, db', mode: 'ask' },
      ...{ since: '2026-11-21T10:05:00.000Z', incident: ID },
    };
    expect(rendered('incident_opened', params)).toEqual({
      text: '🚨 vps-1: does not answer.\nno answer\nSince 21 Nov, 10:05 UTC.\nServices on it: web, db.\nI ask before I do anything.',
      data: [`ic.t.${ID}`],
    });
    expect(rendered('incident_opened', { type: 'disk_full' }, 'ru')).toEqual({
      text: '🚨 vps-1: диск полон.',
      data: undefined,
    });
  });

  it('tell how it ended', () => {
    const { text } = rendered('incident_resolved', {
      ...{ type: 'server_unreachable', rungs: 'restart, reboot', seconds: 240, redeployed: 'web' },
    });
    expect(text).toBe(
      '🚨 vps-1 is well again. It was: does not answer.\nDone: restart of what failed, reboot.\nRedeployed: web.\nIt took 4 min.',
    );
  });

  it('hand over with what was tried and where to read on', () => {
    const { text, data } = rendered('incident_failed', {
      ...{ type: 'server_unreachable', tried: 'reboot', skipped: 'reset_access', incident: ID },
      ...{ hint: 'Look at its console.', runbook: 'https://z.example/runbooks/server_unreachable' },
    });
    expect(text).toContain('Tried: reboot.\nLeft out: new password and access.');
    expect(text).toContain('By hand: https://z.example/runbooks/server_unreachable');
    expect(data).toEqual([`ic.t.${ID}`]);
  });

  it('ask with what, why, what is lost, until when, and how often', () => {
    const asked = {
      ...{ approval: ID, effect: 'Reboots <vps-1>.', why: 'No answer.', lost: 'Nothing on disk.' },
      ...{ undo: 'Not needed.', until: Date.UTC(2026, 10, 21, 11, 5), round: 1 },
    };
    const { text, data } = rendered('approval_needed', asked);
    expect(text).toBe(
      '🚨 vps-1: may I?\nWhat: Reboots <vps-1>.\nWhy: No answer.\nLost: Nothing on disk.\nWay back: Not needed.\nUntil 21 Nov, 11:05 UTC; after that it counts as no.',
    );
    expect(data).toEqual([`ap.y.${ID}`, `ap.n.${ID}`, `ap.d.${ID}`]);
    expect(rendered('approval_needed', { ...asked, round: 2 }).text).toContain('the 2. time');
  });

  it('say in Russian which rungs were tried and what became of them', () => {
    const { text } = rendered(
      'incident_failed',
      {
        type: 'server_unreachable',
        tried: 'restart (did not help), reboot (failed: API <500>, again)',
        skipped: 'reset_access: SSH does not answer; reinstall: denied',
      },
      'ru',
    );
    expect(text).toContain(
      'Испробовано: перезапуск отказавшего (не помогло), перезагрузка (не удалось: API <500>, again).',
    );
    expect(text).toContain(
      'Пропущено: новый пароль и доступ: SSH не отвечает; переустановка: denied.',
    );
  });

  it('group a mass failure into one, with the way back', () => {
    const params = { count: 40, total: 50, where: 'all of time4vps', examples: 'vps-1, vps-2' };
    const { text, data } = rendered('mass_failure', params);
    expect(text).toContain('40 of 50 servers fail together.\nWhere: all of time4vps.');
    expect(data).toEqual(['fl.r']);
    expect(rendered('fleet_frozen', { reason: 'restored\nwould have run: a' })).toMatchObject({
      text: expect.stringContaining('restored\nwould have run: a'),
      data: ['fl.r'],
    });
  });

  it('name the interval in which nothing could be seen', () => {
    const { text } = rendered('blind_interval', {
      ...{ from: '2026-11-21T10:00:00Z', until: '2026-11-21T10:10:00Z', seconds: 600 },
    });
    expect(text).toContain('from 21 Nov, 10:00 UTC to 21 Nov, 10:10 UTC (10 min)');
  });
});
