import { afterAll, describe, expect, inject, it } from 'vitest';
import { createDatabases } from './database.ts';
import { play, type Scenario } from './scenario.ts';
import { one } from './scenarios/apart.ts';
import { brokenPath } from './scenarios/paths.ts';
import type { ChaosStage } from './stage.ts';
import { transcript } from './transcript.ts';

/** As small as they can be and still mean the same. */
const small = (scenario: Scenario, servers: number, perSubnet: number): Scenario => ({
  ...scenario,
  stage: { ...scenario.stage, servers, perSubnet },
});

describe('the same seed gives the same course', () => {
  const databases = createDatabases(inject('databaseUrl'));
  afterAll(() => databases.close());

  async function recorded(scenario: Scenario, seed: number): Promise<string[]> {
    let played: ChaosStage | null = null;
    const { broken } = await play(scenario, databases, { seed }, (stage) => {
      played = stage;
    });
    expect(broken).toEqual([]);
    if (played === null) throw new Error('there was no stage');
    return transcript((played as ChaosStage).world);
  }

  it.each([small(one, 8, 2), small(brokenPath, 8, 2)])(
    '$id, row by row',
    { timeout: 600_000 },
    async (scenario) => {
      const [first, second] = await Promise.all([recorded(scenario, 7), recorded(scenario, 7)]);
      expect(first.length).toBeGreaterThan(10);
      expect(second).toEqual(first);
    },
  );

  it('and another seed another one', { timeout: 600_000 }, async () => {
    const scenario = small(one, 8, 2);
    const [first, other] = await Promise.all([recorded(scenario, 7), recorded(scenario, 10)]);
    expect(other).not.toEqual(first);
  });
});
