import { describe, expect, it } from 'vitest';
import { type Contender, rampLimit, whyWait } from './recovery-turn.ts';

const one = (operationId: string, over: Partial<Contender> = {}): Contender => ({
  ...{ operationId, account: operationId, inUse: false, weight: 100, since: new Date(1000) },
  ...over,
});
const room = { fleet: 2, account: 1 };
const goes = (me: Contender, running: Contender[], waiting: Contender[], places = room) =>
  whyWait(me, running, waiting, places) === null;

describe('whyWait', () => {
  it('grants as many as there is room for', () => {
    expect(goes(one('me'), [one('a')], [])).toBe(true);
    expect(whyWait(one('me'), [one('a'), one('b')], [], room)).toBe('2 of 2 recoveries run');
  });

  it('grants one per account', () => {
    const me = one('me', { account: 'x' });
    expect(whyWait(me, [one('a', { account: 'x' })], [], room)).toMatch(/account x/);
  });

  it.each([
    ['in use', { inUse: true }, {}],
    ['heavier', { weight: 200 }, {}],
    ['older', { since: new Date(1) }, {}],
    ['in use before heavier', { inUse: true }, { weight: 1000 }],
    ['heavier before older', { weight: 200 }, { since: new Date(1) }],
  ])('lets who is %s go first', (_, first, second) => {
    const [a, b] = [one('z', first), one('a', second)];
    expect(goes(a, [one('r')], [b])).toBe(true);
    expect(goes(b, [one('r')], [a])).toBe(false);
  });

  it('does not let one whose account is full hold up another', () => {
    const blocked = one('a', { account: 'x', inUse: true });
    expect(goes(one('me'), [one('r', { account: 'x' })], [blocked])).toBe(true);
  });

  it('keeps both places for two that go first', () => {
    const first = [one('a', { inUse: true }), one('b', { inUse: true })];
    expect(goes(one('me'), [], first)).toBe(false);
    expect(goes(one('me'), [], first, { fleet: 3, account: 1 })).toBe(true);
  });
});

describe('rampLimit', () => {
  it.each([
    [0, 1],
    [1, 2],
    [2, 2],
    [3, 5],
    [9, 5],
  ])('after %i that helped is %i of 5', (helped, limit) => {
    expect(rampLimit(helped, 5)).toBe(limit);
  });

  it('is never above the cap', () => {
    expect(rampLimit(1, 1)).toBe(1);
  });
});
