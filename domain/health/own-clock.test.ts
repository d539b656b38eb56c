import { describe, expect, it } from 'vitest';
import { createOwnClock } from './own-clock.ts';

const JUMP = 45 * 60_000;
const hosts = (count: number) => Array.from({ length: count }, (_, at) => `vps-${at}`);

describe('our own clock', () => {
  it('one host that is off among others is off by itself', () => {
    const own = createOwnClock();
    for (const host of hosts(6)) own.corrected(host, 20);
    expect(own.corrected('vps-9', 90_000)).toBe(90_000 - 20);
    expect(own.corrected('vps-1', 20)).toBe(0);
  });

  it('a jump of ours is believed of no host for long, however many there are', () => {
    for (const count of [3, 12, 400]) {
      const own = createOwnClock();
      for (const host of hosts(count)) own.corrected(host, 0);
      const first = hosts(count).map((host) => own.corrected(host, -JUMP));
      const wrong = first.filter((offset) => offset !== 0).length;
      expect(wrong).toBeLessThanOrEqual(13);
      expect(hosts(count).map((host) => own.corrected(host, -JUMP))).toEqual(first.map(() => 0));
    }
  });

  it('is off by the middle of what the 25 hosts that were seen last are off by', () => {
    const own = createOwnClock();
    let seen: { readonly handle: string; readonly offset: number }[] = [];
    for (let look = 0; look < 400; look++) {
      if (look % 11 === 0) {
        own.forget('vps-3');
        seen = seen.filter(({ handle }) => handle !== 'vps-3');
      }
      const one = { handle: `vps-${(look * 7) % 31}`, offset: ((look * 37) % 101) - 50 };
      seen = [...seen.filter(({ handle }) => handle !== one.handle), one].slice(-25);
      const sorted = seen.map(({ offset }) => offset).sort((a, b) => a - b);
      const middle = seen.length < 3 ? 0 : (sorted[seen.length >> 1] ?? 0);
      expect(own.corrected(one.handle, one.offset)).toBe(one.offset - middle);
    }
  });

  it('two hosts alone say nothing of ours', () => {
    const own = createOwnClock();
    own.corrected('vps-1', 70_000);
    expect(own.corrected('vps-2', 70_000)).toBe(70_000);
    own.corrected('vps-3', 70_000);
    own.forget('vps-3');
    expect(own.corrected('vps-1', 70_000)).toBe(70_000);
  });
});
