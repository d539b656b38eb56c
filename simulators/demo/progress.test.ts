import { expect, it } from 'vitest';
import type { Progress } from '#cli/follow.ts';
import { lineOf } from './progress.ts';

const event = (change: Partial<Progress>): Progress => ({
  ...{ seq: 1, at: '', type: 'step', status: null, step: 'reset', state: 'started' },
  ...{ text: 'Get a root password', percent: 20, ...change },
});

it('with a prompt: a line per step when it has ended', () => {
  const titles = new Map<string, string>();
  const line = (change: Partial<Progress>) => lineOf(event(change), titles, true);
  expect(line({})).toBeNull();
  expect(line({ type: 'task', text: 'x' })).toBeNull();
  expect(line({ state: 'done', text: 'got it' })).toBe('✓ Get a root password');
  expect(line({ state: 'skipped', text: 'the key opens it' })).toBe(
    '– Get a root password: the key opens it',
  );
  expect(line({ state: 'failed', text: 'no' })).toBe('✗ Get a root password: no');
});

it('without one: also when it begins; statuses only where somebody has to look', () => {
  const line = (change: Partial<Progress>) => lineOf(event(change), new Map(), false);
  expect(line({})).toBe('… Get a root password');
  expect(line({ type: 'status', status: 'running', text: '' })).toBeNull();
  expect(line({ type: 'status', status: 'failed', text: 'why' })).toBe('failed: why');
  expect(line({ type: 'note', text: 'by the way' })).toBe('by the way');
});
