import { expect, it } from 'vitest';
import { createRecordingLogger } from '#test/fakes/logger.ts';
import { CALM } from '#test/fakes/memory-fleet.ts';
import { virtualClock } from '#test/fakes/virtual-clock.ts';
import { createHeartbeat } from './heartbeat.ts';

const clock = virtualClock();
const ago = (seconds: number) => new Date(clock.now().getTime() - seconds * 1000);

it.each([
  ['workers and polling are fresh', ago(5), 20_000, 1],
  ['chat is off', ago(5), undefined, 1],
  ['workers are gone', ago(120), 20_000, 0],
  ['workers were never there', null, 20_000, 0],
  ['polling is old', ago(5), 300_000, 0],
  ['polling has not begun', ago(5), null, 0],
])('%s', async (_, heartbeatAt, age, expected) => {
  let pings = 0;
  const beat = createHeartbeat({
    fleet: { state: async () => ({ ...CALM, heartbeatAt }) },
    pollingAgeMs: () => age,
    ping: async () => {
      pings++;
    },
    clock,
    log: createRecordingLogger(),
  });
  await beat(new AbortController().signal);
  expect(pings).toBe(expected);
});
