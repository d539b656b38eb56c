import { expect, it } from 'vitest';
import { untold } from '#domain/health/advance.ts';
import { createRecordingLogger } from '#test/fakes/logger.ts';
import { virtualClock } from '#test/fakes/virtual-clock.ts';
import { createBatch } from './batch.ts';

const NOTHING = { latencyMs: null, diskPercent: null, memoryPercent: null, loadPercent: null };

it('writes once a second, keeps what the database did not take, and drops what is not ours', async () => {
  const clock = virtualClock();
  const written: string[][] = [];
  let gone = false;
  const batch = createBatch({
    health: {
      async write(rows) {
        if (gone) throw new Error('the database is away');
        written.push(rows.map(({ health }) => health.serverId));
      },
    },
    ...{ clock, log: createRecordingLogger() },
  });
  const add = (serverId: string) => {
    const sample = { serverId, at: clock.now(), state: 'ok' as const, ...NOTHING };
    batch.add({ health: untold(serverId, clock.now()), sample });
  };
  const stop = new AbortController();
  const running = batch.run(stop.signal);
  for (const id of ['a', 'b', 'c']) add(id);
  await clock.advance(1000);
  expect(written).toEqual([['a', 'b', 'c']]);
  gone = true;
  add('d');
  await clock.advance(3000);
  await expect(batch.flush()).rejects.toThrow();
  gone = false;
  add('e');
  add('f');
  batch.drop(new Set(['f']));
  await batch.flush();
  expect(written.slice(1)).toEqual([['d', 'e']]);
  stop.abort();
  await running;
});
