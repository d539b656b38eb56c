import { describe, expect, it } from 'vitest';
import type { Digest } from '#domain/digest.ts';
import type { Notification } from '#domain/notification.ts';
import { translator } from '../locales/translate.ts';
import { plainOf } from './html.ts';
import { renderNotification } from './notification.ts';

const day: Digest = {
  since: '2026-01-01T09:00:00.000Z',
  until: '2026-01-02T09:00:00.000Z',
  servers: { in_use: 3, error: 1 },
  incidents: [
    { server: 'vps-<1>', type: 'server_unreachable', status: 'resolved', seconds: 240 },
    { server: 'vps-2', type: 'disk_full', status: 'detected', seconds: 7500 },
  ],
  moreIncidents: 5,
  uptime: 99.9512,
  operations: { succeeded: 4, failed: 1 },
  approvals: 1,
  inputs: 0,
  chain: { seq: '17', hash: 'abc' },
};
const shown = (digest: string, language: 'en' | 'ru' = 'en') => {
  const note: Notification = {
    ...{ dedupeKey: 'k', severity: 'info', kind: 'daily_digest', params: { digest } },
    ...{ serverHandle: null, operationId: null },
  };
  const { text, silent } = renderNotification(translator(language), note);
  return { lines: plainOf(text.html).split('\n'), silent };
};

describe('the digest', () => {
  it('is the day on one page, without a sound', () => {
    const { lines, silent } = shown(JSON.stringify(day));
    expect(silent).toBe(true);
    expect(lines).toEqual([
      'ℹ️ 📅 The day until 2 Jan, 09:00 UTC',
      '4 servers',
      expect.stringMatching(/^ {2}✅ .*: 3$/),
      expect.stringMatching(/^ {2}❌ .*: 1$/),
      'Uptime: 99.95 %',
      '7 incidents',
      '✅ vps-<1>: does not answer, 4 min',
      expect.stringMatching(/^🚨 vps-2: the disk is full, 2 .*5 min$/),
      '… and 5 more',
      expect.stringMatching(/^Operations: .* 4, failed 1\.$/),
      expect.stringContaining('/approvals'),
      'Audit chain: 17 abc',
    ]);
    expect(shown(JSON.stringify(day), 'ru').lines).toContain('7 инцидентов');
  });

  it('says that a day was quiet, and when it cannot be read', () => {
    const quiet = { ...day, servers: {}, incidents: [], moreIncidents: 0, uptime: null };
    const lines = shown(
      JSON.stringify({ ...quiet, operations: {}, approvals: 0, chain: null }),
    ).lines;
    expect(lines.slice(1)).toEqual(['No servers are known yet.', '✅ No incidents.']);
    expect(shown('{').lines).toEqual(['ℹ️ This digest cannot be read any more.']);
  });
});
