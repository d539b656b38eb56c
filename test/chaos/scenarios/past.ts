import { actingCalls } from '../figures.ts';
import type { Scenario } from '../scenario.ts';
import { DEAD, farApart } from './apart.ts';

const HOUR = 3_600_000;
const FROZEN = /froz|замор/i;

/** Its database is of before what the data directory has seen. */
export const restored: Scenario = {
  id: 'm1',
  asked: 'a database restored from before: frozen, 0 actions, 1 message that says so',
  stage: { servers: 12, accounts: 2, perSubnet: 4 },
  async run(scene) {
    const { stage, equal } = scene;
    const { world, clock } = stage;
    await stage.begin();
    await stage.stop();
    const backup = await stage.database.copy();
    await stage.start();
    await stage.minutes(5);
    await stage.stop();
    const before = clock.now().getTime();
    for (const { address } of farApart(scene, 2)) await world.fleet.break(address, DEAD);
    await stage.start(backup);
    await stage.minutes(8);
    equal(actingCalls(world).length, 0, 'provider calls that act');
    const frozen = stage.told(before).filter(({ text }) => FROZEN.test(text));
    equal(frozen.length, 1, 'messages that say that it is frozen');
  },
};

/** Nobody was at work for three days. */
export const longAway: Scenario = {
  id: 'm2',
  asked: 'a start after three days, with a recovery under way before: frozen, 0 actions',
  stage: { servers: 12, accounts: 2, perSubnet: 4, mode: 'ask' },
  async run(scene) {
    const { stage, equal, must } = scene;
    const { world, clock } = stage;
    await stage.begin();
    for (const { address } of farApart(scene, 1)) await world.fleet.break(address, DEAD);
    const open = () => stage.agent.repositories.approvals.list({ status: 'open' });
    await clock.until(5 * 60_000, async () => (await open()).length > 0, 5000);
    const [approval] = await open();
    must(approval !== undefined, 'it asks');
    await stage.stop();
    await clock.advance(72 * HOUR);
    const before = clock.now().getTime();
    await stage.start();
    await clock.advance(1000);
    const word = stage.agent.agent.decide(approval?.id ?? '', 'approve', 'telegram:111');
    equal(await word.then(() => 1).catch(() => 0), 0, 'words of three days ago that count');
    await stage.minutes(6);
    equal(actingCalls(world).length, 0, 'provider calls that act');
    const frozen = stage.told(before).filter(({ text }) => FROZEN.test(text));
    equal(frozen.length, 1, 'messages that say that it is frozen');
  },
};

/** Somebody else speaks with the same token: which of the two is the one to act? */
export const twin: Scenario = {
  id: 'm3',
  asked: 'a second agent with the same bot token: frozen, 0 actions',
  stage: { servers: 12, accounts: 2, perSubnet: 4 },
  async run(scene) {
    const { stage, equal } = scene;
    const { world, clock } = stage;
    await stage.begin();
    const before = clock.now().getTime();
    world.telegram.twin = true;
    await stage.minutes(3);
    for (const { address } of farApart(scene, 2)) await world.fleet.break(address, DEAD);
    await stage.minutes(8);
    equal(actingCalls(world).length, 0, 'provider calls that act');
    const frozen = stage.told(before).filter(({ text }) => FROZEN.test(text));
    equal(frozen.length, 1, 'messages that say that it is frozen');
  },
};
