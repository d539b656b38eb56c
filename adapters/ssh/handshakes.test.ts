import { describe, expect, it, vi } from 'vitest';
import { createHandshakes } from './handshakes.ts';

const never = () => new AbortController().signal;

/** Runs with time that passes only when it is told to. */
async function inTime<T>(body: () => Promise<T>): Promise<T> {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  try {
    return await body();
  } finally {
    vi.useRealTimers();
  }
}

describe('handshakes', () => {
  it('lets no more than so many begin in any second', () =>
    inTime(async () => {
      const handshakes = createHandshakes(20);
      const starts: number[] = [];
      for (let n = 0; n < 100; n++) {
        void handshakes.turn(1, 10, never()).then(() => starts.push(performance.now()));
      }
      await vi.advanceTimersByTimeAsync(10_000);
      expect(starts).toHaveLength(100);
      for (const from of starts) {
        const within = starts.filter((at) => at >= from && at < from + 1000);
        expect(within.length).toBeLessThanOrEqual(20);
      }
      expect(Math.max(...starts) - Math.min(...starts)).toBeLessThan(5500);
    }));

  it('lets the urgent go first, and equals in their order', () =>
    inTime(async () => {
      const handshakes = createHandshakes(20);
      const order: string[] = [];
      const take = (name: string, urgency: number) =>
        void handshakes.turn(1, urgency, never()).then(() => order.push(name));
      take('first', 10);
      take('slow 1', 10_000);
      take('slow 2', 10_000);
      take('quick 1', 3000);
      take('hop', 0);
      take('quick 2', 3000);
      await vi.advanceTimersByTimeAsync(1000);
      expect(order).toEqual(['first', 'hop', 'quick 1', 'quick 2', 'slow 1', 'slow 2']);
    }));

  it('does not spend a turn on those who no longer wait', () =>
    inTime(async () => {
      const handshakes = createHandshakes(1);
      const controller = new AbortController();
      await handshakes.turn(1, 1, never());
      const gaveUp = handshakes.turn(1, 1, controller.signal);
      let begun = false;
      void handshakes.turn(1, 1, never()).then(() => {
        begun = true;
      });
      controller.abort(new Error('enough'));
      await expect(gaveUp).rejects.toThrow('enough');
      expect(handshakes.waiting).toBe(1);
      await vi.advanceTimersByTimeAsync(1100);
      expect(begun).toBe(true);
      await expect(handshakes.turn(1, 1, controller.signal)).rejects.toThrow('enough');
    }));
});
