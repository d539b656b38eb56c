import { actingCalls } from '../figures.ts';
import { approvedBy, questions, say } from '../questions.ts';
import type { Scenario } from '../scenario.ts';
import { DEAD, farApart } from './apart.ts';

const HOUR = 3_600_000;
const FROZEN = /froz|замор/i;

/** Its database is of moments before what the data directory has seen last. */
export const restored: Scenario = {
  id: 'm1',
  asked: 'a database restored from moments before: frozen, 0 actions, 1 message that says so',
  stage: { servers: 12, accounts: 2, perSubnet: 4 },
  async run(scene) {
    const { stage, random, equal } = scene;
    const { world, clock } = stage;
    await stage.begin();
    await stage.stop();
    const backup = await stage.database.copy();
    await stage.start();
    await clock.advance(random.between(15, 60) * 1000);
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
    await clock.until(5 * 60_000, () => questions(world).length > 0, 5000);
    const [card] = questions(world);
    must(card !== undefined, 'it asks');
    await stage.stop();
    await clock.advance(72 * HOUR);
    const before = clock.now().getTime();
    await stage.start();
    await clock.advance(1000);
    if (card !== undefined) say(world, card, 'yes');
    await stage.minutes(6);
    must(card !== undefined && approvedBy(card) === null, 'a yes to a question of three days ago');
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
