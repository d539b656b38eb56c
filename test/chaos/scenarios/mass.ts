import { actingCalls } from '../figures.ts';
import type { Scenario } from '../scenario.ts';

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
