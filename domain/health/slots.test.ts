import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { isFreshTurn, nextSlot, slotOffset } from './slots.ts';

const ids = Array.from({ length: 5000 }, () => randomUUID());

it('spreads a fleet evenly over the interval', () => {
  const perSecond = Array<number>(60).fill(0);
  for (const id of ids) {
    const second = Math.floor(slotOffset(id, 60_000) / 1000);
    perSecond[second] = (perSecond[second] ?? 0) + 1;
  }
  expect(Math.max(...perSecond)).toBeLessThan(140);
  expect(Math.min(...perSecond)).toBeGreaterThan(40);
});

it('spreads ids that differ by one digit', () => {
  const near = Array.from({ length: 60 }, (_, at) => `vps-${1000 + at}`);
  const seconds = new Set(near.map((id) => Math.floor(slotOffset(id, 60_000) / 1000)));
  expect(seconds.size).toBeGreaterThan(25);
});

it('gives each server the same place in every interval', () => {
  const first = nextSlot('a', 60_000, 1_000_000);
  expect(first).toBeGreaterThan(1_000_000);
  expect(first - 1_000_000).toBeLessThanOrEqual(60_000);
  expect(nextSlot('a', 60_000, first)).toBe(first + 60_000);
  expect(nextSlot('a', 60_000, first - 1)).toBe(first);
});

it('makes every tenth check a fresh one, not of all servers at once', () => {
  const turns = Array.from({ length: 100 }, (_, checks) => checks);
  expect(turns.filter((checks) => isFreshTurn('a', checks))).toHaveLength(10);
  const share = ids.filter((id) => isFreshTurn(id, 0)).length / ids.length;
  expect(share).toBeGreaterThan(0.07);
  expect(share).toBeLessThan(0.13);
});
