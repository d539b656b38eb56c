import { describe, expect, it } from 'vitest';
import { changeShare, FLAP_WINDOW, isFlapping, remember } from './flapping.ts';

const train = (pattern: string) => pattern.repeat(FLAP_WINDOW).slice(0, FLAP_WINDOW);

describe('changes over the last 21 checks', () => {
  it('is nothing where nothing changes, and all where each does', () => {
    expect(changeShare('1'.repeat(21))).toBe(0);
    expect(changeShare('0'.repeat(21))).toBe(0);
    expect(changeShare(train('10'))).toBeCloseTo(1);
  });

  it('weighs what is recent more', () => {
    const early = `10${'1'.repeat(19)}`;
    const late = `${'1'.repeat(19)}01`;
    expect(changeShare(late)).toBeGreaterThan(changeShare(early));
  });

  it('does not call one outage flapping, however long', () => {
    expect(isFlapping(`${'1'.repeat(10)}${'0'.repeat(5)}${'1'.repeat(6)}`, false)).toBe(false);
    expect(isFlapping('10', false)).toBe(false);
  });

  it.each(['10', '1100', '110', '111000'])('calls a train of %s flapping', (pattern) => {
    expect(isFlapping(train(pattern), false)).toBe(true);
  });

  it('has two limits: it takes more to begin than to go on', () => {
    const five = `111${'01'.repeat(2)}${'0'.repeat(14)}`;
    expect(changeShare(five)).toBeGreaterThan(0.2);
    expect(changeShare(five)).toBeLessThan(0.3);
    expect(isFlapping(five, false)).toBe(false);
    expect(isFlapping(five, true)).toBe(true);
    expect(isFlapping('1'.repeat(21), true)).toBe(false);
  });

  it('remembers no more than it looks at', () => {
    let recent = '';
    for (let turn = 0; turn < 50; turn++) recent = remember(recent, turn % 2 === 0);
    expect(recent).toHaveLength(FLAP_WINDOW);
  });
});
