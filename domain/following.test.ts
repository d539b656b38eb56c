import { describe, expect, it } from 'vitest';
import { isAlarm, isQuiet, wallClock, wants, weightOf } from './following.ts';

const web = { group: 'web', labels: { env: 'prod', rack: 7 } };
const all = { minSeverity: 'warning', scope: 'all', target: '' } as const;

describe('subscriptions', () => {
  it.each([
    [{ ...all }, 'warning', web, true],
    [{ ...all }, 'info', web, false],
    [{ ...all, minSeverity: 'success' as const }, 'critical', web, false],
    [{ ...all, scope: 'group' as const, target: 'web' }, 'error', web, true],
    [{ ...all, scope: 'group' as const, target: 'db' }, 'error', web, false],
    [{ ...all, scope: 'group' as const, target: 'db' }, 'error', null, true],
    [{ ...all, scope: 'label' as const, target: 'env=prod' }, 'error', web, true],
    [{ ...all, scope: 'label' as const, target: 'env=test' }, 'error', web, false],
    [{ ...all, scope: 'label' as const, target: 'rack=7' }, 'error', web, true],
    [{ ...all, scope: 'label' as const, target: 'env' }, 'error', web, true],
    [{ ...all, scope: 'label' as const, target: 'toString' }, 'error', web, false],
  ] as const)('%o of %s about %o: %s', (subscription, severity, concerned, expected) => {
    expect(wants(subscription, severity, concerned)).toBe(expected);
  });

  it('weigh good news by what it ends', () => {
    expect(weightOf('success', 'critical')).toBe('critical');
    expect(weightOf('success', null)).toBe('info');
    expect(weightOf('error', 'critical')).toBe('error');
    expect(
      ['info', 'warning', 'error', 'critical', 'success'].filter((s) => isAlarm(s as 'info')),
    ).toEqual(['warning', 'error', 'critical']);
  });
});

describe('quiet hours', () => {
  const at = (text: string) => new Date(`2026-07-01T${text}:00Z`);
  const night = { from: 1320, until: 420 };

  it.each([
    [night, 'UTC', '21:59', false],
    [night, 'UTC', '22:00', true],
    [night, 'UTC', '03:00', true],
    [night, 'UTC', '07:00', false],
    // In July Berlin is two hours ahead.
    [night, 'Europe/Berlin', '20:00', true],
    [night, 'Europe/Berlin', '05:00', false],
    [{ from: 780, until: 840 }, null, '13:30', true],
    [{ from: 780, until: 840 }, null, '14:00', false],
    [{ from: 0, until: 0 }, null, '00:00', false],
    [night, 'Nowhere/Atall', '23:00', true],
    [null, 'UTC', '23:00', false],
  ])('%o in %s at %s: %s', (quiet, timeZone, time, expected) => {
    expect(isQuiet({ quiet, timeZone }, at(time))).toBe(expected);
  });

  it('go by the wall of the place, also when its clocks are set', () => {
    const before = wallClock(new Date('2026-03-29T00:59:00Z'), 'Europe/Berlin');
    const after = wallClock(new Date('2026-03-29T01:00:00Z'), 'Europe/Berlin');
    expect([before, after]).toEqual([
      { day: '2026-03-29', minutes: 119 },
      { day: '2026-03-29', minutes: 180 },
    ]);
    expect(wallClock(new Date('2026-03-29T23:00:00Z'), 'Asia/Tokyo').day).toBe('2026-03-30');
  });
});
