import { afterAll, describe, inject, it } from 'vitest';
import { createDatabases } from './database.ts';
import { play } from './scenario.ts';
import { scenarios } from './scenarios/index.ts';

/** Another one by ZAVHOZ_CHAOS_SEED; the course of a failure is repeated with its seed. */
const seed = Number(process.env.ZAVHOZ_CHAOS_SEED ?? 20_261_121);

/** One part of the short form: every so-manieth scenario, so that each file takes a core. */
export function describeShortForm(part: number, parts: number): void {
  const chosen = scenarios
    .filter(({ long }) => long !== true)
    .filter((_, index) => index % parts === part - 1);
  // Each has a world and a clock of its own, and waits for the database most of its time.
  describe.concurrent(`chaos, the short form (${part} of ${parts})`, () => {
    const databases = createDatabases(inject('databaseUrl'));
    afterAll(() => databases.close());

    for (const scenario of chosen) {
      it(`${scenario.id}: ${scenario.asked} (seed ${seed})`, { timeout: 600_000 }, async ({
        expect,
      }) => {
        const { broken } = await play(scenario, databases, { seed });
        expect(broken).toEqual([]);
      });
    }
  });
}
