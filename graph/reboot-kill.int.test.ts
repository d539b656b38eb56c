import { describe, expect, it } from 'vitest';
import { createRecoveryStage } from '#test/support/recovery-stage.ts';

const ADDRESS = '10.1.0.1';

/** One ordered reboot, killed at its n-th effect, before it or with its answer lost, and taken up again. */
async function rebooted(at: number, when: 'before' | 'after') {
  const stage = await createRecoveryStage();
  try {
    const { handle } = await stage.prepared(ADDRESS);
    const order = { kind: 'reboot', target: handle, by: 'tg:111', key: 'k' } as const;
    const { operation } = await stage.agent.submit(order);
    stage.life.killAt(at, when);
    await stage.drive(operation.id, () => stage.life.isDead());
    const killedAt = stage.life.names().at(-1);
    const calls = stage.life.names().length;
    stage.life.revive();
    const { status, error } = await stage.drive(operation.id);
    const told = (await stage.told()).map(({ kind }) => kind);
    const server = (await stage.repositories.servers.require(handle)).status;
    return { killedAt, calls, status, error, asked: stage.asked(), told, server };
  } finally {
    await stage.close();
  }
}

describe('a worker that is killed while it reboots', { timeout: 600_000 }, () => {
  it('at any of its effects reboots once', async () => {
    const whole = await rebooted(Number.POSITIVE_INFINITY, 'before');
    expect(whole).toMatchObject({ status: 'succeeded', asked: ['reboot'] });
    expect(whole.calls).toBeGreaterThan(20);
    const every = Math.max(1, Math.floor(whole.calls / 20));
    for (let at = 1, turn = 0; at <= whole.calls; at += every, turn++) {
      const when = turn % 2 === 0 ? 'after' : 'before';
      const { killedAt, calls, ...outcome } = await rebooted(at, when);
      expect(outcome, `killed ${when} effect ${at} (${killedAt})`).toEqual({
        ...{ status: 'succeeded', error: null, asked: ['reboot'], server: 'in_use' },
        told: ['reboot_started', 'server_rebooted'],
      });
    }
  });
});
