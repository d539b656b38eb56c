import { describe, expect, it } from 'vitest';
import { judgeOnline, subnetOf } from './online.ts';

const NOW = new Date('2026-03-01T12:00:00Z');
const hoursAgo = (hours: number) => new Date(NOW.getTime() - hours * 3_600_000);
const silent = (lastAnswerAt: Date | null = hoursAgo(1)) => ({
  ...{ name: 'silent', answered: false, lastAnswerAt },
});
const answers = { name: 'answers', answered: true, lastAnswerAt: null };
const judge = (witnesses: Parameters<typeof judgeOnline>[0], paths: readonly string[] = []) =>
  judgeOnline(witnesses, new Set(paths), NOW);

describe('whether it is us who are offline', () => {
  it('is so when most are silent', () => {
    expect(judge([answers, answers, silent()])).toBe('online');
    expect(judge([answers, silent(), silent()])).toBe('offline');
    expect(judge([silent(), silent(), silent()])).toBe('offline');
  });

  it('does not count who was silent for a day, or never answered', () => {
    expect(judge([answers, silent(hoursAgo(25)), silent(null), silent(null)])).toBe('online');
    expect(judge([answers, silent(hoursAgo(23)), silent(hoursAgo(2))])).toBe('offline');
  });

  it('knows nothing where nobody answers: then it touches nothing', () => {
    expect(judge([])).toBe('offline');
    expect(judge([silent(hoursAgo(48)), silent(null)])).toBe('offline');
  });

  it('takes servers that answer for witnesses, one for each network', () => {
    expect(judge([], ['10.0.0'])).toBe('online');
    expect(judge([silent(), silent()], ['10.0.0', '10.0.1'])).toBe('online');
    expect(judge([silent(), silent()], ['10.0.0'])).toBe('offline');
  });
});

it.each([
  ['192.0.2.7', '192.0.2'],
  ['2001:db8:0:1::7', '2001:db8:0:1'],
  ['2001:0db8:0000:0001:0:0:0:9', '2001:db8:0:1'],
  ['2001:db8::9', '2001:db8:0:0'],
  ['fe80::1%eth0', 'fe80:0:0:0'],
  ['::1', '0:0:0:0'],
])('the network of %s is %s', (address, network) => {
  expect(subnetOf(address)).toBe(network);
});
