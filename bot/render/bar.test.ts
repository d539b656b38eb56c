import { describe, expect, it } from 'vitest';
import { uptimeBar } from './bar.ts';

const NOW = new Date('2026-01-02T12:34:56Z');
const hour = (ago: number, good: number, bad: number) => ({
  from: new Date(Date.parse('2026-01-02T12:00:00Z') - ago * 3_600_000),
  ...{ checks: good + bad, good, bad, unknown: 0, latencyMs: null },
});

describe('the bar of a day', () => {
  it('has a letter per hour, the present one last', () => {
    expect(uptimeBar([], NOW)).toBe('·'.repeat(24));
    const bar = uptimeBar(
      [hour(0, 60, 0), hour(1, 0, 60), hour(2, 30, 30), hour(23, 5, 0), hour(24, 5, 0)],
      NOW,
    );
    expect(bar).toBe(`█${'·'.repeat(20)}▃▁█`);
  });

  it('shows one bad check of many, and knows what was not measured', () => {
    expect(uptimeBar([hour(0, 999, 1)], NOW).at(-1)).toBe('▆');
    expect(uptimeBar([{ ...hour(0, 0, 0), unknown: 60 }], NOW).at(-1)).toBe('·');
  });
});
