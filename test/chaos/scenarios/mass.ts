import { actingCalls } from '../figures.ts';
import type { Scenario } from '../scenario.ts';
import { DEAD, farApart, recoveredOnce } from './apart.ts';

/** Everything at once is one trouble: it is told once, and nothing is touched. */
export const allDown: Scenario = {
  id: 'a',
  asked: 'all down at once: 1 message, 0 provider calls that act',
  stage: { servers: 40, perSubnet: 10 },
  async run({ stage, random, equal, must }) {
    const { world } = stage;
    await stage.begin();
    const before = stage.clock.now().getTime();
    const net = random.pick(['refuse', 'swallow'] as const);
    for (const { address } of world.servers) await world.fleet.change(address, { net });
    await stage.minutes(8);
    equal(stage.told(before).length, 1, 'messages');
    must(
      stage.told(before).every(({ text }) => /fail together/.test(text)),
      'it speaks of one trouble',
    );
    equal(actingCalls(world).length, 0, 'provider calls that act');
  },
};

/** A human re-arms while some are still down: those are told, and brought back one after the other. */
export const rearmed: Scenario = {
  id: 'a2',
  asked: 're-armed after a mass failure: the 3 that are still down told and rebooted, 1 first',
  stage: { servers: 24, accounts: 4, perSubnet: 6 },
  async run(scene) {
    const { stage, random, equal, must } = scene;
    const { world, clock } = stage;
    await stage.begin();
    const before = clock.now().getTime();
    const down = random.sample(world.servers, 12);
    for (const { address } of down) await world.fleet.break(address, DEAD);
    await stage.minutes(4);
    equal(stage.told(before).length, 1, 'messages before the re-arm');
    const ill = farApart(scene, world.servers.length)
      .filter((server) => down.includes(server))
      .slice(0, 3);
    for (const { address } of down.filter((server) => !ill.includes(server))) {
      await world.fleet.mend(address);
    }
    await stage.minutes(4);
    equal(actingCalls(world).length, 0, 'provider calls that act before the re-arm');
    const at = clock.now().getTime();
    await stage.agent.agent.rearm('tg:111');
    await clock.until(30 * 60_000, () => stage.told(at).length >= 7, 5000);
    await stage.minutes(3);
    recoveredOnce(scene, ill);
    equal(stage.told(at).length, 7, 'messages after it: re-armed, opened and resolved');
    const [canary, ...others] = actingCalls(world).toSorted((a, b) => a.from - b.from);
    must(
      others.every(({ from }) => from > (canary?.until ?? 0)),
      'the first one goes alone',
    );
  },
};

/** The monitor's own network is away, and comes back. */
export const ownNetwork: Scenario = {
  id: 'b',
  asked: "the monitor's network away for 10 minutes: 0 recoveries, 1 message",
  stage: { servers: 24, perSubnet: 8 },
  async run({ stage, equal, must }) {
    const { world } = stage;
    await stage.begin();
    const before = stage.clock.now().getTime();
    await world.setNetwork(false);
    await stage.minutes(10);
    equal(stage.told(before).length, 0, 'messages while it is away');
    await world.setNetwork(true);
    await stage.minutes(6);
    equal(stage.told(before).length, 1, 'messages');
    must(
      stage.told(before).every(({ text }) => /network was away/.test(text)),
      'it names the blind interval',
    );
    equal(actingCalls(world).length, 0, 'provider calls that act');
  },
};
