import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { turnOf } from './outbox-pace.ts';

const HOUR = 3_600_000;
const START = new Date('2026-01-01T12:00:00Z').getTime();
const at = (minutes: number) => new Date(START + minutes * 60_000);

describe('the pace of messages', () => {
  it('lets them out alone until the reserve is reached, then together, five minutes apart', () => {
    const burst = Array.from({ length: 48 }, () => at(0));
    expect(turnOf(burst.slice(1), 60, at(0))).toBe('alone');
    expect(turnOf(burst, 60, at(1))).toEqual(at(5));
    expect(turnOf(burst, 60, at(5))).toBe('together');
    expect(turnOf([...burst, at(5)], 60, at(6))).toEqual(at(10));
  });

  it('makes the next wait for room when even the reserve is used up', () => {
    const sent = [...Array.from({ length: 59 }, () => at(0)), at(50)];
    expect(turnOf(sent, 60, at(58))).toEqual(at(60));
    expect(turnOf(sent, 60, at(60))).toBe('together');
  });

  it('knows a limit that leaves no reserve', () => {
    expect(turnOf([], 1, at(0))).toBe('alone');
    expect(turnOf([at(0)], 1, at(10))).toEqual(at(60));
    expect(turnOf([at(0)], 1, at(60))).toBe('together');
  });

  it('never lets out more than the limit in any hour, nor makes anybody wait longer than one', () => {
    const scenario = fc.record({
      limit: fc.integer({ min: 1, max: 100 }),
      gaps: fc.array(fc.integer({ min: 0, max: 600_000 }), { minLength: 1, maxLength: 300 }),
    });
    fc.assert(
      fc.property(scenario, ({ limit, gaps }) => {
        const sent: number[] = [];
        let now = START;
        for (const gap of gaps) {
          now += gap;
          for (let waited = 0; ; ) {
            const recent = sent.filter((time) => time > now - HOUR);
            const turn = turnOf(
              recent.map((time) => new Date(time)),
              limit,
              new Date(now),
            );
            if (!(turn instanceof Date)) break;
            waited += turn.getTime() - now;
            expect(turn.getTime()).toBeGreaterThan(now);
            expect(waited).toBeLessThanOrEqual(HOUR);
            now = turn.getTime();
          }
          sent.push(now);
          expect(sent.filter((time) => time > now - HOUR).length).toBeLessThanOrEqual(limit);
        }
      }),
    );
  });
});
