import { actingCalls } from '../figures.ts';
import type { Scenario } from '../scenario.ts';
import { DEAD, farApart } from './apart.ts';

const MINUTE = 60_000;
const small = { servers: 12, accounts: 2, perSubnet: 4 } as const;

/** The clock of the agent's machine is set; nothing else happens. */
export const clockJumps: Scenario = {
  id: 'i',
  asked: 'the clock jumps 45 min on and back, and over a daylight-saving change: nothing happens',
  // The hour before clocks are set forward in most of Europe.
  stage: { ...small, start: new Date('2026-03-29T00:30:00Z') },
  async run({ stage, random, equal }) {
    const { world, clock } = stage;
    await stage.begin();
    const jump = random.between(40, 50) * MINUTE;
    for (const by of [jump, -jump, -jump, jump]) {
      clock.jump(by);
      await stage.minutes(random.between(3, 4));
    }
    await stage.minutes(6);
    equal(actingCalls(world).length, 0, 'provider calls that act');
    equal(world.telegram.messages.length, 0, 'messages');
  },
};

/** Broken within its window: no word and no hand; broken still at its end: as on any other day. */
export const maintenance: Scenario = {
  id: 'k',
  asked: 'maintenance: 0 messages and 0 actions within it, afterwards as on any other day',
  stage: small,
  async run(scene) {
    const { stage, equal } = scene;
    const { world, clock } = stage;
    await stage.begin();
    const [well, ill] = farApart(scene, 2);
    if (well === undefined || ill === undefined) throw new Error('there are no servers');
    const from = clock.now();
    const until = new Date(from.getTime() + 8 * MINUTE);
    for (const { handle } of [well, ill]) {
      await stage.agent.repositories.maintenance.create({
        ...{ scope: 'server', target: handle, from, until },
        ...{ reason: 'new disks', createdBy: 'test' },
      });
    }
    await stage.minutes(1);
    for (const { address } of [well, ill]) await world.fleet.break(address, DEAD);
    await stage.minutes(5);
    equal(stage.told().length, 0, 'messages within the window');
    equal(actingCalls(world).length, 0, 'provider calls within the window');
    await world.fleet.mend(well.address);
    await clock.until(15 * MINUTE, () => stage.told().length >= 2, 5000);
    await stage.minutes(2);
    const calls = actingCalls(world);
    equal(calls.length, 1, 'provider calls after the window');
    equal(calls.filter(({ serverId }) => serverId === ill.id).length, 1, 'on the one that is ill');
    equal(stage.told().length, 2, 'messages: opened and resolved');
  },
};

/** A provider's list that lost half of its servers is not believed, and nothing is done to them. */
export const halfList: Scenario = {
  id: 'l',
  asked: "the provider's list loses half of its servers: 0 provider calls that act",
  stage: small,
  async run({ stage, random, equal, must }) {
    const { world, clock } = stage;
    await stage.begin();
    const checks = world.fleet.records.total().checks;
    const { sim } = random.pick(world.accounts);
    sim.faults.set({ name: random.pick(['half_list', 'empty_list']), on: 'list' });
    await stage.minutes(12);
    equal(actingCalls(world).length, 0, 'provider calls that act');
    const since = world.fleet.records.total().checks - checks;
    must(since >= 11 * world.servers.length, `every server is still looked at: ${since} checks`);
    sim.faults.clear();
    await clock.advance(5 * MINUTE);
    equal(actingCalls(world).length, 0, 'provider calls that act when it is whole again');
  },
};
