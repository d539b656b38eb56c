import { type ChaosAgent, type DataDir, newDataDir, startAgent } from './agent.ts';
import type { ChaosDatabase, Databases } from './database.ts';
import { seedFleet } from './seed-fleet.ts';
import { createWorld, type World, type WorldOptions } from './world.ts';

export const ANN = 111n;
export const BOB = 222n;
const MINUTE = 60_000;

export interface StageOptions extends WorldOptions {
  readonly owners?: readonly bigint[];
  readonly mode?: 'observe' | 'ask' | 'auto';
}

export type ChaosStage = Awaited<ReturnType<typeof createStage>>;

/** The whole product in one process on virtual time, over a fleet that has long been in its care. */
export async function createStage(databases: Databases, options: StageOptions) {
  const world: World = await createWorld(options);
  let database: ChaosDatabase = await databases.create();
  const dropped: ChaosDatabase[] = [];
  const dataDir: DataDir = newDataDir();
  await seedFleet(database.url, world, {
    ...{ key: dataDir.secrets, owners: options.owners ?? [ANN] },
  });
  let agent: ChaosAgent = await startAgent(world, database.url, dataDir);
  const { mode = 'auto' } = options;
  await agent.repositories.groups.update(
    'default',
    { policy: { mode, highest_rung: 'provision' } },
    'test',
  );
  let halt: (() => Promise<void>) | null = null;

  const { clock } = world;
  const stop = async () => {
    const ending = halt?.();
    halt = null;
    // What still sleeps is woken by the stop; what is at work ends in its own time.
    let done = false;
    void ending?.finally(() => {
      done = true;
    });
    if (ending) await clock.until(10 * MINUTE, () => done);
    await ending;
    await agent.close();
  };

  return {
    ...{ world, clock, dataDir },
    get agent() {
      return agent;
    },
    get database() {
      return database;
    },
    /** The agent begins, and every server is looked at: from here on all is well. */
    async begin(minutes = 2): Promise<void> {
      halt = agent.run();
      await clock.advance(minutes * MINUTE);
    },
    stop,
    /** Another process of the agent, on the same database or on another. */
    async start(on: ChaosDatabase = database): Promise<void> {
      if (on !== database) dropped.push(database);
      database = on;
      agent = await startAgent(world, database.url, dataDir);
      halt = agent.run();
    },
    minutes: (count: number) => clock.advance(count * MINUTE),
    /** Texts that people received since then. */
    told: (since = 0) => world.telegram.messages.filter(({ at }) => at >= since),
    async close(): Promise<void> {
      await stop();
      await world.probes.hosts.close();
      await world.close();
      for (const one of [database, ...dropped]) await one.drop();
    },
  };
}
