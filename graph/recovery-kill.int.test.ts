import { describe, expect, it } from 'vitest';
import { createRecoveryStage } from '#test/support/recovery-stage.ts';

const ADDRESS = '10.1.0.1';

/**
 * One whole recovery (reboot in vain, access anew), killed at its n-th effect, before it or after it
 * with the answer lost, and taken up again.
 */
async function recovered(at: number, when: 'before' | 'after') {
  const stage = await createRecoveryStage();
  try {
    await stage.policy({ mode: 'auto', highest_rung: 'provision' });
    const { handle } = await stage.prepared(ADDRESS);
    stage.provider.effects.reboot = () => {
      const host = stage.host(ADDRESS);
      host.authorizedKeys.clear();
      Object.assign(host, { state: 'up', passwordLogin: true });
    };
    stage.host(ADDRESS).state = 'gone';
    const { operationId } = await stage.incident(handle);
    stage.life.killAt(at, when);
    await stage.drive(operationId, () => stage.life.isDead());
    const killedAt = stage.life.names().at(-1);
    const calls = stage.life.names().length;
    stage.life.revive();
    const end = await stage.drive(operationId);
    const told = (await stage.told()).map(({ kind }) => kind);
    const rungs = await stage.rungs(operationId);
    const { status } = await stage.repositories.servers.require(handle);
    return {
      ...{ killedAt, calls, asked: stage.asked(), told, rungs, server: status },
      operation: end.status,
    };
  } finally {
    await stage.close();
  }
}

describe('a worker that is killed', { timeout: 600_000 }, () => {
  it('at any of its effects repeats none of them', async () => {
    const whole = await recovered(Number.POSITIVE_INFINITY, 'before');
    expect(whole).toMatchObject({ operation: 'succeeded', asked: ['reboot', 'reset_password'] });
    const cuts = pick(whole.calls);
    expect(cuts.length).toBeGreaterThan(20);
    for (const [index, at] of cuts.entries()) {
      const when = index % 2 === 0 ? 'after' : 'before';
      const { killedAt, calls, ...outcome } = await recovered(at, when);
      expect(outcome, `killed ${when} effect ${at} (${killedAt})`).toEqual({
        asked: ['reboot', 'reset_password'],
        told: ['incident_resolved'],
        rungs: ['restart skipped', 'reboot failed', 'reset_access helped'],
        ...{ server: 'in_use', operation: 'succeeded' },
      });
    }
  });
});

/** Cut points over the whole run, each neighbourhood once. */
const pick = (calls: number): readonly number[] => {
  const every = Math.max(1, Math.floor(calls / 24));
  return Array.from({ length: Math.floor(calls / every) }, (_, index) => 1 + index * every);
};
