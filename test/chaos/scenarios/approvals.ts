import { actingCalls } from '../figures.ts';
import { approvedBy, questions, say, wordsOf } from '../questions.ts';
import type { Play, Scenario } from '../scenario.ts';
import { ANN, BOB } from '../stage.ts';
import type { ChatMessage } from '../telegram.ts';
import { DEAD, farApart } from './apart.ts';

const MINUTE = 60_000;
const stage = { servers: 24, accounts: 2, perSubnet: 8, mode: 'ask', owners: [ANN, BOB] } as const;

/** Breaks one server and waits for the question: the card of each owner. */
async function asked(scene: Play) {
  const { stage, must } = scene;
  await stage.begin();
  const [server] = farApart(scene, 1);
  if (server === undefined) throw new Error('there is no server');
  await stage.world.fleet.break(server.address, DEAD);
  await stage.clock.until(10 * MINUTE, () => questions(stage.world).length === 2, 5000);
  const [ann, bob] = [ANN, BOB].map((owner) => questions(stage.world, owner)[0]);
  if (ann === undefined || bob === undefined) throw new Error('nobody was asked');
  must(actingCalls(stage.world).length === 0, 'nothing is done before somebody says so');
  return { server, ann, bob };
}

const acts = ({ stage, equal }: Play, wanted: number, what = 'provider calls that act') =>
  equal(actingCalls(stage.world).length, wanted, what);

/** A tap that comes too late: the card says how it ended, and nothing follows. */
async function tapLate(
  { stage, must }: Play,
  card: ChatMessage,
  word: 'yes' | 'no',
  ending: RegExp,
): Promise<void> {
  const before = stage.clock.now().getTime();
  say(stage.world, card, word);
  await stage.clock.advance(MINUTE);
  must(ending.test(wordsOf(card)), `the card says how it ended: ${wordsOf(card)}`);
  const late = stage.told(before).filter(({ text }) => /tap changes nothing/.test(text));
  must(late.length === 1, `who came late is told so: ${late.length}`);
}

export const doubleTap: Scenario = {
  id: 'g1',
  asked: 'two owners and a double tap: 1 decision counts, 1 reboot',
  stage,
  async run(scene) {
    const { stage, must } = scene;
    const { ann, bob } = await asked(scene);
    for (const card of [ann, ann, bob]) say(stage.world, card, 'yes');
    await stage.minutes(8);
    const [one, other] = [approvedBy(ann), approvedBy(bob)];
    must(one !== null && one === other, `one decision counts, on both cards: ${one}, ${other}`);
    await tapLate(scene, bob, 'no', /Approved by .* carried out/);
    await stage.minutes(2);
    acts(scene, 1);
  },
};

export const lateWord: Scenario = {
  id: 'g2',
  asked: 'a yes that comes too late: 0 actions by it, asked anew; a no: 0 actions',
  stage: { ...stage, servers: 6, perSubnet: 2 },
  async run(scene) {
    const { stage, equal, must } = scene;
    const { ann } = await asked(scene);
    await stage.minutes(62);
    await tapLate(scene, ann, 'yes', /Expired/);
    await stage.minutes(3);
    acts(scene, 0);
    const [first, second, ...more] = questions(stage.world, BOB);
    equal(more.length, 0, 'further questions');
    must(/Asked for the 2\. time/.test(second?.text ?? ''), 'it is asked anew, and says so');
    if (first === undefined || second === undefined) return;
    say(stage.world, second, 'no');
    await stage.minutes(5);
    must(/Denied by/.test(wordsOf(second)), 'the no counts');
    acts(scene, 0, 'provider calls that act after a no');
  },
};

export const voided: Scenario = {
  id: 'g3',
  asked: 'the server comes back before the word: the approval is void, 0 actions',
  stage,
  async run(scene) {
    const { stage } = scene;
    const { server, ann } = await asked(scene);
    await stage.world.fleet.mend(server.address);
    await stage.minutes(3);
    await tapLate(scene, ann, 'yes', /No longer needed/);
    await stage.minutes(5);
    acts(scene, 0);
  },
};

/** The mode is changed while the incident is open: what was only said before is done now. */
export const modeChanged: Scenario = {
  id: 'g4',
  asked: 'observe: 0 actions; changed to ask: a question; to auto: 1 reboot',
  stage: { ...stage, mode: 'observe', owners: [ANN] },
  async run(scene) {
    const { stage, equal } = scene;
    const { world, clock } = stage;
    const change = (mode: 'ask' | 'auto') =>
      stage.agent.repositories.groups.update('default', { policy: { mode } }, 'test');
    await stage.begin();
    for (const { address } of farApart(scene, 1)) await world.fleet.break(address, DEAD);
    await stage.minutes(5);
    acts(scene, 0, 'provider calls that act under observe');
    equal(questions(world).length, 0, 'questions under observe');
    await change('ask');
    await stage.minutes(3);
    equal(questions(world).length, 1, 'questions once it may ask');
    acts(scene, 0, 'provider calls that act before the word');
    await change('auto');
    await clock.until(10 * MINUTE, () => stage.told().some(({ text }) => /well again/.test(text)));
    await stage.minutes(2);
    acts(scene, 1);
  },
};
