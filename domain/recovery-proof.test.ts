import { describe, expect, it } from 'vitest';
import { HEALTH_PARTS, type HealthReport, type HealthState } from './health/report.ts';
import { type Look, presentType, whatIsWrong } from './recovery-proof.ts';

const report = (over: Partial<Record<keyof HealthReport, HealthState>> = {}): HealthReport =>
  Object.fromEntries(
    [...HEALTH_PARTS, 'overall'].map((part) => [
      part,
      { state: over[part as keyof HealthReport] ?? 'ok', reason: `${part} it is` },
    ]),
  ) as HealthReport;
const seen = (over: Partial<Look> = {}): Look => ({
  ...{ outcome: 'answered', message: 'hello', report: report(), failedServices: [] },
  ...over,
});

describe('whatIsWrong', () => {
  it.each([
    ['server_unreachable', { outcome: 'timeout', message: 'no answer' }, 'no answer'],
    ['server_unreachable', {}, null],
    // A disk that was full before the outage must not lead the ladder on to a reinstall.
    ['server_unreachable', { report: report({ disk: 'failed', docker: 'failed' }) }, null],
    ['server_unreachable', { failedServices: ['web'] }, 'services fail: web'],
    ['disk_full', { report: report({ disk: 'failed' }) }, 'disk: disk it is'],
    ['disk_full', { report: report({ memory: 'failed' }) }, null],
    ['server_degraded', { report: report({ memory: 'failed' }) }, 'memory: memory it is'],
    ['server_degraded', { report: report({ disk: 'failed', load: 'degraded' }) }, null],
    ['service_down', { failedServices: ['web', 'api'] }, 'services fail: web, api'],
    ['ssh_blocked', { outcome: 'refused', message: 'refused' }, 'refused'],
  ] as const)('of %s with %j', (type, over, wrong) => {
    expect(whatIsWrong(type, seen(over as Partial<Look>))).toBe(wrong);
  });
});

describe('presentType', () => {
  it('gives an answering host the ladder of its services, which knows no reboot', () => {
    expect(presentType('server_unreachable', seen())).toBe('service_down');
    expect(presentType('server_unreachable', seen({ outcome: 'refused' }))).toBe(
      'server_unreachable',
    );
    expect(presentType('disk_full', seen())).toBe('disk_full');
  });
});
