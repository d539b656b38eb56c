import { expect, test } from 'vitest';
import { median, percentile, rounded } from './figure.ts';
import { figures } from './figures/index.ts';

test('percentiles are samples, never numbers in between', () => {
  const samples = Array.from({ length: 100 }, (_, at) => 100 - at);
  expect([percentile(samples, 0.5), percentile(samples, 0.95)]).toEqual([50, 95]);
  expect(percentile([7], 0.95)).toBe(7);
  expect(() => percentile([], 0.5)).toThrow('no samples');
});

test('the median does not depend on the order', () => {
  expect(median([9, 1, 5])).toBe(5);
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(() => median([])).toThrow('no samples');
});

test('three digits are enough', () => {
  expect([1.23456, 0.012345, 123.4, 1234.5].map(rounded)).toEqual([1.23, 0.0123, 123, 1235]);
});

test('each figure has a name of its own', () => {
  const names = figures.map((figure) => figure.name);
  expect(new Set(names).size).toBe(names.length);
});
