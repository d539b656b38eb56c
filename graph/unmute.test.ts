import { describe, expect, it } from 'vitest';
import { memoryHealthRepositories } from '#test/fakes/memory-health.ts';
import { virtualClock } from '#test/fakes/virtual-clock.ts';
import { unmute } from './unmute.ts';

/** So many servers that a mass failure speaks for, and one that was told before it. */
async function afterMassFailure(count: number) {
  const memory = memoryHealthRepositories(virtualClock());
  const { incidents } = memory.repositories;
  for (let at = 0; at <= count; at++) {
    await incidents.openWith({
      ...{ type: 'server_unreachable', serverHandle: `vps-${at}`, severity: 'critical' },
      ...{ details: 'It is gone.', operationId: null, muted: at > 0 },
    });
  }
  return { memory, incidents };
}

describe('what a mass failure spoke for, at the re-arm', () => {
  it('a few get their own voice again', async () => {
    const { memory, incidents } = await afterMassFailure(10);
    const { singly, together } = await unmute(incidents, 'ann');
    expect(together).toEqual([]);
    expect(singly.map(({ muted }) => muted)).toEqual(Array(10).fill(false));
    expect(memory.incidents.filter(({ muted }) => muted)).toEqual([]);
  });

  it('many are named for one message, page after page, and stay muted', async () => {
    const { memory, incidents } = await afterMassFailure(450);
    const { singly, together } = await unmute(incidents, 'ann');
    expect(singly).toEqual([]);
    expect(together).toHaveLength(450);
    expect(together).not.toContain('vps-0');
    expect(memory.incidents.filter(({ muted }) => muted)).toHaveLength(450);
  });

  it('what has ended meanwhile is not spoken of', async () => {
    const { incidents } = await afterMassFailure(12);
    for (const at of [1, 2]) await incidents.resolve(`vps-${at}`, ['server_unreachable'], 'back');
    const { singly, together } = await unmute(incidents, 'ann');
    expect([singly.length, together]).toEqual([10, []]);
  });
});
