import { describe, expect, it } from 'vitest';
import type { ToolDeps } from '#domain/tool-deps.ts';
import { opensOutside } from './opens-outside.ts';

type Seen = 'open' | 'refused' | 'filtered';

/** What a port's tries end in, one after the other. */
const opens = (...answers: Seen[]) => {
  const order: string[] = [];
  const deps = {
    clock: { sleep: async () => void order.push('sleep') },
    tcp: {
      probe: async () => {
        order.push('try');
        return answers.shift();
      },
    },
  } as unknown as Pick<ToolDeps, 'tcp' | 'clock'>;
  const signal = new AbortController().signal;
  return opensOutside('192.0.2.7', 80, signal, deps).then((open) => ({ open, order }));
};

describe('a port as a stranger sees it', () => {
  it('is open though a packet of the first try, or of the second, was lost', async () => {
    expect((await opens('filtered', 'open')).open).toBe(true);
    expect((await opens('open', 'filtered')).open).toBe(true);
  });

  it('is closed only after two tries that lie apart', async () => {
    const { open, order } = await opens('filtered', 'refused');
    expect(open).toBe(false);
    expect(order.filter((one) => one === 'try')).toHaveLength(2);
    expect(order).toContain('sleep');
  });
});
