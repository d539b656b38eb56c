import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, expect, inject, it } from 'vitest';
import { quietLog } from '#test/builders/quiet-log.ts';
import { createProcessor, type Processor } from './processor.ts';
import { createDoorbell, type DoorbellHandle } from './queue.ts';

const DELAY_MS = 600;
let doorbell: DoorbellHandle;
let processor: Processor;
let rung: { id: string; at: number }[];

beforeEach(() => {
  rung = [];
  // A database of its own: other suites use the same queue.
  const redisUrl = `${inject('redisUrl').replace(/\/\d*$/, '')}/7`;
  doorbell = createDoorbell({ redisUrl, log: quietLog() });
  processor = createProcessor({
    redisUrl,
    concurrency: 1,
    handlers: {
      'graph.run': async ({ operationId }) => void rung.push({ id: operationId, at: Date.now() }),
    },
    log: quietLog(),
  });
});
afterEach(async () => {
  await processor.close();
  await doorbell.close();
});

it('wakes up what has a time of its own then, and swallows no earlier word of the sweeper', async () => {
  const later = { id: randomUUID(), fence: 0 };
  const asked = Date.now();
  // The connection comes up beside us: a ring before that is the sweeper's to repeat.
  while (
    !(await doorbell.ring(later, DELAY_MS).then(
      () => true,
      () => false,
    ))
  )
    await wait(20);
  // The sweeper finds by the database's clock that the time has come: sooner than the queue does.
  await doorbell.ring(later);
  while (rung.length < 2) await wait(20);
  expect(rung.map(({ id }) => id)).toEqual([later.id, later.id]);
  expect(Number(rung[1]?.at) - asked).toBeGreaterThanOrEqual(DELAY_MS);
});
