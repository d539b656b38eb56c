import { describe, expect, it } from 'vitest';
import { goodReading } from '#test/fakes/memory-host-probe.ts';
import { seeded } from '#test/support/seeded.ts';
import { type Advance, advance, type Look, MISSES_TO_BE_DOWN, untold } from './advance.ts';
import { NO_STREAKS } from './faults.ts';
import { judgeReading } from './judge.ts';
import type { CheckOutcome, HostReading } from './reading.ts';
import { DEFAULT_EXPECTATIONS } from './report.ts';

const START = new Date('2026-03-01T00:00:00Z');
const at = (seconds: number) => new Date(START.getTime() + seconds * 1000);

const look = (
  outcome: CheckOutcome,
  over: Partial<Look> & { fresh?: boolean; seen?: Partial<HostReading> } = {},
): Look => {
  const { fresh = false, seen, ...rest } = over;
  const reading = outcome === 'answered' ? goodReading(seen) : null;
  return {
    check: { outcome, reading, fresh, latencyMs: 40, message: '' },
    report: reading && judgeReading(reading, DEFAULT_EXPECTATIONS),
    ...{ turn: 'slot', excuse: null, closing: false },
    ...rest,
  };
};

/** Looks one after the other; `[seconds, look]`. */
function run(...looks: readonly (readonly [number, Look])[]): readonly Advance[] {
  let health = untold('s', START);
  let streaks = NO_STREAKS;
  return looks.map(([seconds, one]) => {
    const next = advance(health, streaks, one, at(seconds));
    ({ health, streaks } = next);
    return next;
  });
}
const last = (list: readonly Advance[]): Advance => list[list.length - 1] as Advance;
const quick = (outcome: CheckOutcome) => look(outcome, { turn: 'quick', fresh: true });

describe('a server that misses', () => {
  it('is looked at 2, 5 and 9 s after the first miss, and is down when all fail', () => {
    const looks = run(
      [0, look('answered')],
      [60, look('unreachable')],
      [62.5, quick('unreachable')],
      [66, quick('unreachable')],
      [71, quick('unreachable')],
    );
    expect(looks.map(({ recheckInMs }) => recheckInMs)).toEqual([null, 2000, 2500, 3000, null]);
    expect(looks.map(({ firstMiss }) => firstMiss)).toEqual([false, true, false, false, false]);
    expect(looks.map(({ present }) => present)).toEqual([[], [], [], [], ['down']]);
    expect(last(looks).health).toMatchObject({ state: 'failed', since: at(60), misses: 4 });
    expect(looks.map(({ sample }) => sample?.state ?? null)).toEqual([
      'ok',
      'unknown',
      null,
      null,
      'failed',
    ]);
  });

  it('is not down when one quick look is answered, and is sure again after two', () => {
    const looks = run(
      [0, look('answered')],
      [60, look('timeout')],
      [62, quick('timeout')],
      [65, quick('answered')],
      [67, quick('answered')],
    );
    expect(looks.flatMap(({ present }) => present)).toEqual([]);
    expect(looks.map(({ recheckInMs }) => recheckInMs)).toEqual([null, 2000, 3000, 2000, null]);
    expect(last(looks).health).toMatchObject({ state: 'ok', missingSince: null, misses: 0 });
  });

  it('counts what is refused, locked or changed as a miss, and nonsense as an answer', () => {
    for (const outcome of ['refused', 'login_refused', 'host_key_changed'] as const) {
      expect(last(run([0, look(outcome)])).health.misses).toBe(1);
    }
    expect(last(run([0, look('garbled')])).health).toMatchObject({ misses: 0, state: 'degraded' });
  });

  it('closes on two good fresh checks, not on kept channels', () => {
    const down = [0, 2, 5, 9].map((second) => [second, quick('timeout')] as const);
    const kept = [60, 62].map((second) => [second, look('answered', { closing: true })] as const);
    expect(last(run(...down, ...kept)).gone).not.toContain('down');
    const fresh = kept.map(
      ([second]) => [second, look('answered', { closing: true, fresh: true })] as const,
    );
    const looks = run(...down, ...fresh);
    expect(last(looks).gone).toContain('down');
    expect(looks[4]?.recheckInMs).toBe(2000);
    expect(looks[4]?.gone).not.toContain('down');
  });

  it('waits no longer than it should when the clock is set back in between', () => {
    const [, second] = run([0, look('timeout')], [-3600, quick('timeout')]);
    expect(second?.recheckInMs).toBe(5000);
  });
});

describe('a miss with an excuse', () => {
  it.each(['blind', 'maintenance', 'busy', 'no_path', 'stalled'] as const)(
    '%s: unknown, nothing counted, no bad mark',
    (excuse) => {
      const looks = run(
        [0, look('answered')],
        [60, look('timeout')],
        [62, look('timeout', { excuse })],
      );
      const { health, sample, present } = last(looks);
      expect(health).toMatchObject({
        state: 'unknown',
        misses: 0,
        missingSince: null,
        recent: '10',
      });
      expect(sample?.state).toBe('unknown');
      expect(present).toEqual([]);
    },
  );

  it('an answer needs none', () => {
    expect(last(run([0, look('answered', { excuse: 'maintenance' })])).health.state).toBe('ok');
  });
});

describe('a host that answers and is not well', () => {
  const full = { disks: [{ path: '/', spacePercent: 99, inodePercent: 1 }] };
  it('has a fault after three checks in a row, and none after two good ones', () => {
    const looks = run(
      [0, look('answered', { seen: full })],
      [60, look('answered', { seen: full })],
      [120, look('answered', { seen: full })],
      [180, look('answered')],
      [240, look('answered')],
    );
    expect(looks.map(({ present }) => present)).toEqual([[], [], ['disk_full'], [], []]);
    expect(last(looks).gone).toContain('disk_full');
    expect(looks[3]?.gone).not.toContain('disk_full');
    expect(looks[2]?.sample).toMatchObject({ state: 'degraded', diskPercent: 99 });
  });

  it('a silent Docker is a degraded server', () => {
    const silent = { docker: 'silent' } as const;
    const looks = [0, 60, 120].map(
      (second) => [second, look('answered', { seen: silent })] as const,
    );
    expect(last(run(...looks)).present).toEqual(['server_degraded']);
  });
});

describe('properties, by seed', () => {
  it.each(Array.from({ length: 60 }, (_, seed) => seed))('seed %i', (seed) => {
    const random = seeded(seed);
    const health = random();
    let [state, streaks, second] = [untold('s', START), NO_STREAKS, 0];
    let inRow = 0;
    for (let turn = 0; turn < 200; turn++) {
      const outcome = random() < health ? 'answered' : 'timeout';
      const excuse = random() < 0.1 ? 'blind' : null;
      const turnKind = state.misses > 0 ? 'quick' : 'slot';
      const one = look(outcome, { turn: turnKind, excuse, fresh: random() < 0.5 });
      second += 1 + random() * 60;
      const next = advance(state, streaks, one, at(second));
      if (outcome === 'answered' || excuse !== null) inRow = 0;
      else inRow++;
      // Down exactly when so many misses came in a row that nothing excuses.
      expect(next.present.includes('down')).toBe(inRow >= MISSES_TO_BE_DOWN);
      expect(next.health.misses).toBe(inRow);
      expect(next.health.missingSince === null).toBe(inRow === 0);
      expect(next.gone.includes('down') && inRow > 0).toBe(false);
      expect(next.health.recent.length).toBeLessThanOrEqual(21);
      ({ health: state, streaks } = next);
    }
  });
});
