import { describe, expect, it } from 'vitest';
import { crashScenarios } from './scenarios.ts';

/** Another one by ZAVHOZ_CHAOS_SEED; the course of a failure is repeated with its seed. */
const seed = Number(process.env.ZAVHOZ_CHAOS_SEED ?? 20_261_121);
/** The short form: a part of the cut points, and a database that is away for some seconds. */
const SHORT = { seed, cuts: 6, awaySeconds: 12 };

describe('chaos with real processes, the short form', () => {
  for (const { id, asked, play } of crashScenarios) {
    // Side by side: most of it is waiting.
    it.concurrent(`${id}: ${asked} (seed ${seed})`, { timeout: 900_000 }, async () => {
      const { broken, done } = await play(SHORT);
      expect(broken, done).toEqual([]);
    });
  }
});
