import { expect, it } from 'vitest';
import type { Operation } from '#domain/operation.ts';
import { createPrune } from './prune.ts';

it('drops what has ended or is unknown, and nothing that goes on', async () => {
  const status: Record<string, string> = {
    a: 'running',
    b: 'succeeded',
    c: 'waiting',
    d: 'expired',
  };
  const forgotten: string[] = [];
  const pruned: Date[] = [];
  const prune = createPrune({
    chatOrders: { prune: async (before) => pruned.push(before) },
    clock: { now: () => new Date('2026-01-10T00:00:00Z') },
    operations: {
      find: async (id) => (status[id] ? ({ id, status: status[id] } as Operation) : null),
    },
    runner: { forget: async (id) => void forgotten.push(id) },
    threads: async () => ['a', 'b', 'c', 'd', 'e'],
  });
  await prune();
  expect(forgotten).toEqual(['b', 'd', 'e']);
  expect(pruned).toEqual([new Date('2026-01-03T00:00:00Z')]);
});
