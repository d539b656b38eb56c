import { describe, expect, it } from 'vitest';
import { coversServer } from './maintenance.ts';

const server = { handle: 'vps-1', group: 'web', labels: { env: 'prod', 'odd=key': 'x' } };

describe('a maintenance window', () => {
  it.each([
    ['server', 'vps-1', true],
    ['server', 'vps-10', false],
    ['group', 'web', true],
    ['group', 'vps-1', false],
    ['label', 'env', true],
    ['label', 'env=prod', true],
    ['label', 'env=test', false],
    ['label', 'env=', false],
    ['label', 'team', false],
  ] as const)('%s %s', (scope, target, covered) => {
    expect(coversServer({ scope, target }, server)).toBe(covered);
  });
});
