import { describe, expect, it } from 'vitest';
import { crashScenarios, SHORT_CRASH } from './scenarios.ts';

/** Another one by ZAVHOZ_CHAOS_SEED; the course of a failure is repeated with its seed. */
const seed = Number(process.env.ZAVHOZ_CHAOS_SEED ?? 20_261_121);

describe('chaos with real processes, the short form', () => {
  for (const { id, asked, play } of crashScenarios) {
    // Side by side: most of it is waiting.
    it.concurrent(`${id}: ${asked} (seed ${seed})`, { timeout: 900_000 }, async () => {
      const { broken, done } = await play({ seed, ...SHORT_CRASH });
      expect(broken, done).toEqual([]);
    });
  }
});
