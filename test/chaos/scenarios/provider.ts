import type { FaultSpec } from '#simulators/time4vps/faults.ts';
import type { Scenario } from '../scenario.ts';
import { DEAD, farApart, recoveredOnce } from './apart.ts';

/** What the provider does wrong, and for how long. */
const faulty = (id: string, asked: string, fault: FaultSpec): Scenario => ({
  id,
  asked: `${asked}: still one reboot`,
  stage: { servers: 24, accounts: 2, perSubnet: 8 },
  async run(scene) {
    const { stage, must } = scene;
    const { world, clock } = stage;
    await stage.begin();
    const before = clock.now().getTime();
    const failed = farApart(scene, 1);
    for (const { sim } of world.accounts) sim.faults.set(fault);
    for (const { address } of failed) await world.fleet.break(address, DEAD);
    await clock.until(20 * 60_000, () => stage.told(before).length >= 2, 5000);
    const struck = world.accounts.flatMap(({ sim }) => sim.faults.list()).map((one) => one.struck);
    must(
      struck.some((times) => times > 0),
      'the fault struck',
    );
    for (const { sim } of world.accounts) sim.faults.clear();
    await stage.minutes(2);
    recoveredOnce(scene, failed);
  },
});

export const throttled = faulty('e1', 'the provider throttles', {
  ...{ name: 'throttle', on: 'reboot', count: 2, value: 24 },
});
export const broken = faulty('e2', 'the provider answers 500', {
  ...{ name: 'http_500', on: 'reboot', count: 2 },
});
export const hanging = faulty('e3', 'the provider does not answer in time', {
  ...{ name: 'hang', on: 'reboot', count: 1 },
});
export const answerLost = faulty('e4', 'the reboot succeeds and its answer is lost', {
  ...{ name: 'answer_lost', on: 'reboot', count: 1 },
});
