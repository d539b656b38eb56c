import { actingCalls } from '../figures.ts';
import { questions } from '../questions.ts';
import type { Scenario } from '../scenario.ts';
import { farApart } from './apart.ts';

/** What the agent cannot reach its neighbours can: a human is asked. */
export const brokenPath: Scenario = {
  id: 'n1',
  asked: 'the path to two servers broken, neighbours reach them: asked, not rebooted',
  stage: { servers: 24, accounts: 2, perSubnet: 8 },
  async run(scene) {
    const { stage, equal, must } = scene;
    const { world, clock } = stage;
    await stage.begin();
    const cut = farApart(scene, 2);
    for (const { address } of cut) await world.fleet.change(address, { path: 'cut' });
    await clock.until(12 * 60_000, () => questions(world).length === 2, 5000);
    equal(questions(world).length, 2, 'questions');
    must(
      questions(world).every(({ text }) => /DISAGREEMENT/.test(text)),
      'the question says what the neighbour sees',
    );
    await stage.minutes(5);
    equal(actingCalls(world).length, 0, 'provider calls that act');
  },
};

/** A whole data centre behind a broken path is one trouble. */
export const brokenSite: Scenario = {
  id: 'n2',
  asked: 'the path to one data centre broken: 1 message, 0 provider calls that act',
  stage: { servers: 40, accounts: 2, regions: 4, perSubnet: 10 },
  async run({ stage, equal }) {
    const { world } = stage;
    await stage.begin();
    const before = stage.clock.now().getTime();
    const site = world.servers.filter(({ region }) => region === 'region-1');
    for (const { address } of site) await world.fleet.change(address, { path: 'cut' });
    await stage.minutes(10);
    equal(actingCalls(world).length, 0, 'provider calls that act');
    equal(stage.told(before).length, 1, 'messages');
  },
};

/** A kept connection outlives its sshd: only a fresh login tells. */
export const deadSshd: Scenario = {
  id: 'o',
  asked: 'sshd dead under a living connection: detected within 11 checks, not rebooted',
  stage: { servers: 12, accounts: 2, perSubnet: 4 },
  async run(scene) {
    const { stage, equal, must } = scene;
    const { world, clock } = stage;
    await stage.begin();
    const before = clock.now().getTime();
    for (const { address } of farApart(scene, 1)) {
      await world.fleet.change(address, { sshd: 'dead' });
    }
    const told = await clock.until(12 * 60_000, () => stage.told(before).length > 0, 5000);
    must(told, 'it was detected and told');
    await stage.minutes(3);
    equal(actingCalls(world).length, 0, 'provider calls that act: the host answers otherwise');
  },
};

/** It comes and goes: one incident of its own kind, and nobody reboots it. */
export const flapping: Scenario = {
  id: 'd',
  asked: 'a flap train: 1 message, 0 provider calls that act',
  stage: { servers: 12, accounts: 2, perSubnet: 4 },
  async run(scene) {
    const { stage, random, equal, must } = scene;
    const { world, clock } = stage;
    await stage.begin();
    const before = clock.now().getTime();
    const [server] = farApart(scene, 1);
    const address = server?.address ?? '';
    const connections = () => world.fleet.records.of(address).connections;
    // Seen away in its turn and there again at the quick look: no verdict, and many changes.
    for (const end = clock.elapsed + 25 * 60_000; clock.elapsed < end; ) {
      const seen = connections();
      await world.fleet.change(address, { net: 'hangup' });
      must(await clock.until(90_000, () => connections() > seen, 250), 'it was looked at');
      await world.fleet.change(address, { net: 'up' });
      await clock.advance(random.between(62, 75) * 1000);
    }
    equal(actingCalls(world).length, 0, 'provider calls that act');
    equal(stage.told(before).length, 1, 'messages');
  },
};

/** A day on which nothing happens. */
export const quietDay: Scenario = {
  id: 'h',
  asked: 'a quiet day: 0 provider calls that act, 0 messages',
  long: true,
  stage: { servers: 12, accounts: 2, perSubnet: 4 },
  async run({ stage, equal }) {
    await stage.begin();
    await stage.minutes(24 * 60);
    equal(actingCalls(stage.world).length, 0, 'provider calls that act');
    equal(stage.told().length, 0, 'messages');
  },
};
