import { describe, expect, it } from 'vitest';
import type { Reader } from '#domain/following.ts';
import { isDue } from './digest.ts';

const reader = (over: Partial<Reader> = {}): Reader => ({
  receiver: { chatId: 1n, threadId: 0 },
  ...{ language: null, timeZone: 'Europe/Berlin', role: 'owner', quiet: null, digestAt: 540 },
  ...over,
});
const at = (text: string) => new Date(`2026-01-${text}:00Z`);

describe('the digest of a day', () => {
  // In January Berlin is one hour ahead: nine o'clock there is eight in UTC.
  it.each([
    ['before its time', '10T07:59', '09T08:00', false],
    ['at its time', '10T08:00', '09T08:00', true],
    ['hours late, after a gap', '10T20:00', '09T08:00', true],
    ['once more on the same day', '10T20:00', '10T08:00', false],
    ['when it was asked for before its time today', '10T08:00', '10T06:00', true],
    ['when it was asked for after its time today', '10T20:00', '10T09:00', false],
    ['on the next day', '11T08:00', '10T20:00', true],
    ['after days', '20T08:00', '10T08:00', true],
  ])('%s', (_, now, last, expected) => {
    expect(isDue(reader(), at(last), at(now))).toBe(expected);
  });

  it('comes without one before, and never where it is off', () => {
    expect(isDue(reader(), null, at('10T08:00'))).toBe(true);
    expect(isDue(reader({ digestAt: null }), null, at('10T08:00'))).toBe(false);
  });

  it('comes once on a day whose clocks are set back over its time', () => {
    const night = reader({ digestAt: 150 });
    const first = new Date('2026-10-25T00:30:00Z');
    expect(isDue(night, new Date('2026-10-24T00:30:00Z'), first)).toBe(true);
    expect(isDue(night, first, new Date('2026-10-25T01:30:00Z'))).toBe(false);
  });
});
