import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createChaosClock } from './chaos-clock.ts';

const START = new Date('2026-03-02T08:00:00Z');

describe('virtual time', () => {
  it('goes from one sleeper to the next, in their order', async () => {
    const clock = createChaosClock(START);
    const seen: string[] = [];
    const note = (name: string) => () => void seen.push(`${name} ${clock.elapsed}`);
    void clock.sleep(3000).then(note('c'));
    void clock.sleep(1000).then(note('a'));
    void clock.sleep(1000).then(note('b'));
    await clock.advance(2000);
    expect(seen).toEqual(['a 1000', 'b 1000']);
    await clock.advance(2000);
    expect(seen.at(-1)).toBe('c 3000');
    expect(clock.now()).toEqual(new Date(START.getTime() + 4000));
  });

  it('stands still while something real is under way', async () => {
    const clock = createChaosClock(START);
    let ended = -1;
    void clock
      .busy('a socket', () => wait(30))
      .then(() => {
        ended = clock.elapsed;
      });
    await clock.advance(60_000);
    expect(ended).toBe(0);
  });

  it('stands still while a run neither sleeps nor calls: it waits by itself', async () => {
    const clock = createChaosClock(START);
    const seen: number[] = [];
    void clock.run('a thread', async () => {
      await clock.sleep(500);
      seen.push(clock.elapsed);
      await wait(30);
      seen.push(clock.elapsed);
    });
    await clock.advance(60_000);
    expect(seen).toEqual([500, 500]);
  });

  it('sleeps end with their signal, and a wall clock that is set holds up nobody', async () => {
    const clock = createChaosClock(START);
    const stop = new AbortController();
    const cut = clock.sleep(1000, stop.signal);
    stop.abort(new Error('enough'));
    await expect(cut).rejects.toThrow('enough');
    const kept = clock.sleep(1000).then(() => clock.elapsed);
    clock.jump(-3_600_000);
    await clock.advance(1000);
    expect(await kept).toBe(1000);
    expect(clock.now().getTime()).toBe(START.getTime() + 1000 - 3_600_000);
  });
});
