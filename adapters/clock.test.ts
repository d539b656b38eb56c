import { describe, expect, it } from 'vitest';
import { OpsError } from '#domain/errors.ts';
import { createClock } from './clock.ts';

describe('clock', () => {
  it('tells the time and rejects a sleep with the reason of the signal', async () => {
    const clock = createClock();
    const before = Date.now();
    await clock.sleep(1);
    expect(clock.now().getTime()).toBeGreaterThanOrEqual(before);
    const controller = new AbortController();
    const sleep = clock.sleep(60_000, controller.signal);
    controller.abort(new OpsError('cancelled', 'enough'));
    await expect(sleep).rejects.toMatchObject({ code: 'cancelled' });
    await expect(clock.sleep(1, controller.signal)).rejects.toMatchObject({ code: 'cancelled' });
  });
});
