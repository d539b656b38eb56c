import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DEFAULT_RECOVERY_CAPS } from '#domain/fleet.ts';
import { aRecovery } from '#test/builders/a-recovery.ts';
import { type TestRepositories, testRepositories } from '#test/builders/repositories.ts';

let stage: TestRepositories;
let all: TestRepositories['repositories'];
beforeEach(async () => {
  stage = await testRepositories();
  all = stage.repositories;
});
afterEach(() => stage.close());

describe('records', () => {
  it('tell what was skipped, tried and would have been done', async () => {
    const { take, incident, operation } = await aRecovery(all);
    const of = { incidentId: incident.id, permit: 'none', attempt: 1 } as const;
    const skip = { ...of, rung: 'restart', reason: 'SSH is silent', outcome: 'skipped' } as const;
    await all.recoveries.record(take, skip);
    const reboot = { ...of, rung: 'reboot', permit: 'auto', reason: 'No answer' } as const;
    const answer = await all.recoveries.reserve(take, reboot, DEFAULT_RECOVERY_CAPS);
    if (answer.verdict !== 'granted') throw new Error(answer.why);
    const { record } = answer;
    expect(await all.recoveries.finish(record.id, 'no_help', 'Silent')).toMatchObject({
      ...{ outcome: 'no_help', reason: 'Silent', finishedAt: expect.any(Date) },
    });
    expect(await all.recoveries.finish(record.id, 'helped', 'Late')).toMatchObject({
      outcome: 'no_help',
    });
    const would = { ...of, rung: 'provision', reason: 'observe', outcome: 'would' } as const;
    const { id } = await all.recoveries.record(take, would);
    expect(await all.recoveries.would(new Date(0))).toMatchObject([{ id, finishedAt: {} }]);
    expect(await all.recoveries.would(new Date(Date.now() + 60_000))).toEqual([]);
    const rungs = (await all.recoveries.ofIncident(incident.id)).map((row) => row.outcome);
    expect(rungs).toEqual(['skipped', 'no_help', 'would']);
    expect(await all.recoveries.ofOperation(operation.id)).toHaveLength(3);
    await expect(all.recoveries.finish('x', 'helped', '')).rejects.toMatchObject({
      code: 'not_found',
    });
  });
});
