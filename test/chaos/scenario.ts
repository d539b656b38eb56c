import type { Databases } from './database.ts';
import { actingCalls } from './figures.ts';
import { type Seeded, seeded } from './seeded.ts';
import { type ChaosStage, createStage, type StageOptions } from './stage.ts';

/** What a scenario saw, in the words of the table. */
export interface Outcome {
  readonly servers: number;
  /** That passed for the agent: virtual ones, or real ones where processes are killed. */
  readonly minutes: number;
  readonly acting: number;
  readonly logins: number;
  readonly messages: number;
  /** Properties that did not hold; none: it passed. */
  readonly broken: readonly string[];
}

export interface Play {
  readonly stage: ChaosStage;
  readonly random: Seeded;
  /** Notes it when a property does not hold; the scenario goes on. */
  must(holds: boolean, property: string): void;
  equal(seen: number, wanted: number, what: string): void;
}

export interface Scenario {
  /** Letter of the list in CONTRIBUTING.md, and a number where there are several. */
  readonly id: string;
  /** The property that is asked, with its numbers. */
  readonly asked: string;
  /** Not part of the short form. */
  readonly long?: boolean;
  /** The fleet it needs at least; larger ones are taken where the command line says so. */
  readonly stage: Omit<StageOptions, 'servers'> & { readonly servers: number };
  run(play: Play): Promise<void>;
}

/** One scenario, on a stage of its own. */
export async function play(
  scenario: Scenario,
  databases: Databases,
  { seed, servers }: { readonly seed: number; readonly servers?: number },
  onStage?: (stage: ChaosStage) => void,
): Promise<Outcome> {
  const count = Math.max(scenario.stage.servers, servers ?? 0);
  const stage = await createStage(databases, { ...scenario.stage, servers: count });
  const broken: string[] = [];
  const must = (holds: boolean, property: string) => {
    if (!holds) broken.push(property);
  };
  const equal = (seen: number, wanted: number, what: string) =>
    must(seen === wanted, `${what}: ${seen} instead of ${wanted}`);
  onStage?.(stage);
  try {
    await scenario.run({ stage, random: seeded(seed), must, equal });
    return {
      servers: count,
      minutes: Math.round(stage.clock.elapsed / 60_000),
      acting: actingCalls(stage.world).length,
      logins: stage.world.fleet.records.total().logins,
      messages: stage.told().length,
      broken: broken.length === 0 ? broken : [...broken, toldBy(stage)],
    };
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : error}; ${toldBy(stage)}`, {
      cause: error,
    });
  } finally {
    await stage.close();
  }
}

const LAST_LINES = 40;

/** What people were told, and the end of the agent's log, for whoever reads how a property broke. */
function toldBy({ told, clock, world }: ChaosStage): string {
  const messages = told().map(({ at, chat, text, edits }) =>
    [new Date(at).toISOString(), chat, text, ...edits].join(' | '),
  );
  const log = world.log.lines.slice(-LAST_LINES);
  return [`told until ${clock.now().toISOString()}:`, ...messages, 'log:', ...log].join('\n');
}
