import type { Trouble } from '#simulators/fleet/host.ts';
import { actingCalls, changingCommands, groupBy, mostAtOnce } from '../figures.ts';
import type { Play, Scenario } from '../scenario.ts';
import type { ChaosServer } from '../world.ts';

/** It is gone until somebody reboots it. */
export const DEAD: Trouble = { effects: { net: 'refuse' }, healedBy: 'reboot' };
export const SILENT: Trouble = { effects: { net: 'swallow' }, healedBy: 'reboot' };
const FLEET_AT_ONCE = 2;
const ACCOUNT_AT_ONCE = 1;

/** Servers that share no network of which they would be a large part. */
export function farApart({ stage, random }: Play, count: number): readonly ChaosServer[] {
  const networks = [...groupBy(stage.world.servers, (one) => one.address.replace(/\.\d+$/, ''))];
  const shuffled = networks.map(([, servers]) => random.sample(servers, servers.length));
  return Array.from({ length: count }, (_, at) => {
    const servers = shuffled[at % shuffled.length] ?? [];
    return servers[Math.floor(at / shuffled.length)] as ChaosServer;
  });
}

const isUp = ({ stage }: Play) => {
  const { fleet } = stage.world;
  return ({ address }: ChaosServer) => fleet.at(address).state.net === 'up';
};

/** Each came back by exactly one reboot, and what was disturbed at once stayed within the caps. */
export function recoveredOnce(scene: Play, failed: readonly ChaosServer[]): void {
  const { stage, must, equal } = scene;
  const calls = actingCalls(stage.world);
  equal(failed.filter(isUp(scene)).length, failed.length, 'servers that are back');
  equal(calls.length, failed.length, 'provider calls that act');
  for (const { id, handle } of failed) {
    const own = calls.filter(({ serverId }) => serverId === id);
    equal(own.length, 1, `calls that act on ${handle}`);
    must(
      own.every(({ action }) => action === 'reboot'),
      `${handle} was rebooted and nothing else`,
    );
  }
  const most = mostAtOnce(calls);
  must(most <= FLEET_AT_ONCE, `at most ${FLEET_AT_ONCE} disturbed at once: ${most}`);
  for (const [account, own] of groupBy(calls, (call) => call.account)) {
    must(mostAtOnce(own) <= ACCOUNT_AT_ONCE, `one at once in ${account}: ${mostAtOnce(own)}`);
  }
  for (const [server, own] of groupBy(calls, (call) => String(call.serverId))) {
    must(mostAtOnce(own) <= 1, `never two operations on server ${server}`);
  }
  equal(changingCommands(stage.world).length, 0, 'commands that change a host');
}

const apart = (count: number, servers: number, minutes: number): Scenario => ({
  id: `c${count}`,
  asked: `${count} independent failures: each recovered once, caps kept, 2 messages each`,
  stage: { servers, accounts: 4, perSubnet: 8 },
  async run(scene) {
    const { stage, random, equal } = scene;
    const { world, clock } = stage;
    await stage.begin();
    const before = clock.now().getTime();
    const failed = farApart(scene, count);
    for (const { address } of failed) {
      await world.fleet.break(address, random.pick([DEAD, SILENT]));
    }
    await clock.until(minutes * 60_000, () => stage.told(before).length >= 2 * count, 5000);
    // What would come twice comes now.
    await stage.minutes(3);
    recoveredOnce(scene, failed);
    equal(stage.told(before).length, 2 * count, 'messages');
  },
});

export const one = apart(1, 24, 15);
export const two = apart(2, 24, 15);
export const twenty = apart(20, 80, 60);
