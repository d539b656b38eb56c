import { describe, expect, it } from 'vitest';
import { heldByFreeze } from './fleet.ts';
import type { Operation } from './operation.ts';

const at = new Date('2026-01-01T12:00:00Z');
const [before, after] = [-1, 1].map((hours) => new Date(at.getTime() + hours * 3_600_000));

const order = (over: Partial<Operation> = {}) =>
  ({
    ...{ kind: 'provision', requestedBy: 'tg:1', createdAt: before, fence: 0, stopRequested: null },
    ...over,
  }) as Operation;
const frozen = (by: string | null) => ({ frozenAt: by === null ? null : at, frozenBy: by });

describe('a freeze', () => {
  it.each([
    ['nothing, while there is none', null, order({ requestedBy: 'agent:sync' }), false],
    ['what was ordered before it', 'tg:1', order(), true],
    ['not what a human orders afterwards', 'tg:1', order({ createdAt: after }), false],
    [
      'what the agent orders by itself',
      'tg:1',
      order({ createdAt: after, requestedBy: 'agent:sync' }),
      true,
    ],
    ['not what had begun', 'tg:1', order({ fence: 2 }), false],
    ['also what had begun, where the agent doubts the past', 'agent', order({ fence: 2 }), true],
    [
      'not a new word, where the agent doubts the past',
      'agent',
      order({ createdAt: after }),
      false,
    ],
    ['not what is to be stopped', 'agent', order({ stopRequested: 'cancel' }), false],
    ['not a recovery, which asks at each rung', 'agent', order({ kind: 'recover' }), false],
  ])('holds %s', (_, by, operation, held) => {
    expect(heldByFreeze(frozen(by), operation)).toBe(held);
  });
});
