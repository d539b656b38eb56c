import { actingCalls } from '../figures.ts';
import type { Play, Scenario } from '../scenario.ts';
import { ANN, BOB } from '../stage.ts';
import { DEAD, farApart } from './apart.ts';

const MINUTE = 60_000;
const stage = { servers: 24, accounts: 2, perSubnet: 8, mode: 'ask', owners: [ANN, BOB] } as const;

/** Breaks one server and waits for the question; the approval's id as its buttons carry it. */
async function asked(scene: Play) {
  const { stage, must } = scene;
  await stage.begin();
  const [server] = farApart(scene, 1);
  if (server === undefined) throw new Error('there is no server');
  await stage.world.fleet.break(server.address, DEAD);
  const open = () => stage.agent.repositories.approvals.list({ status: 'open' });
  await stage.clock.until(10 * MINUTE, async () => (await open()).length > 0, 5000);
  const [approval] = await open();
  must(actingCalls(stage.world).length === 0, 'nothing is done before somebody says so');
  return { server, approvalId: approval?.id ?? '' };
}

const decide = (scene: Play, id: string, decision: 'approve' | 'deny', by: bigint) =>
  scene.stage.agent.agent.decide(id, decision, `telegram:${by}`).then(
    () => 'taken' as const,
    () => 'refused' as const,
  );

export const doubleTap: Scenario = {
  id: 'g1',
  asked: 'two owners and a double tap: 1 decision counts, 1 reboot',
  stage,
  async run(scene) {
    const { stage, equal } = scene;
    const { approvalId } = await asked(scene);
    const answers = await Promise.all([
      decide(scene, approvalId, 'approve', ANN),
      decide(scene, approvalId, 'approve', ANN),
      decide(scene, approvalId, 'approve', BOB),
    ]);
    equal(answers.filter((answer) => answer === 'taken').length, 1, 'decisions that count');
    await stage.minutes(8);
    equal(Number((await decide(scene, approvalId, 'deny', BOB)) === 'taken'), 0, 'late words');
    await stage.minutes(2);
    equal(actingCalls(stage.world).length, 1, 'provider calls that act');
  },
};

export const lateWord: Scenario = {
  id: 'g2',
  asked: 'a yes that comes too late: 0 actions by it, asked anew; a no: 0 actions',
  stage: { ...stage, servers: 6, perSubnet: 2 },
  async run(scene) {
    const { stage, equal, must } = scene;
    const { approvalId } = await asked(scene);
    await stage.minutes(62);
    equal(Number((await decide(scene, approvalId, 'approve', ANN)) === 'taken'), 0, 'late words');
    await stage.minutes(3);
    equal(actingCalls(stage.world).length, 0, 'provider calls that act');
    const open = await stage.agent.repositories.approvals.list({ status: 'open' });
    must(open.length === 1 && open[0]?.id !== approvalId, 'it is asked anew');
    await decide(scene, open[0]?.id ?? '', 'deny', BOB);
    await stage.minutes(5);
    equal(actingCalls(stage.world).length, 0, 'provider calls that act after a no');
  },
};

export const voided: Scenario = {
  id: 'g3',
  asked: 'the server comes back before the word: the approval is void, 0 actions',
  stage,
  async run(scene) {
    const { stage, equal } = scene;
    const { server, approvalId } = await asked(scene);
    await stage.world.fleet.mend(server.address);
    await stage.minutes(3);
    equal(Number((await decide(scene, approvalId, 'approve', ANN)) === 'taken'), 0, 'void words');
    await stage.minutes(5);
    equal(actingCalls(stage.world).length, 0, 'provider calls that act');
  },
};
