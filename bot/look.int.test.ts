import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BigFleet, bigFleet } from '#test/builders/big-fleet.ts';
import { ANN, type ChatStage, chatStage } from '#test/builders/chat-stage.ts';

const SERVERS = 4000;

let fleet: BigFleet;
let stage: ChatStage;
beforeAll(async () => {
  fleet = await bigFleet(SERVERS);
  stage = await chatStage({ [ANN.id]: 'owner' });
  Object.assign(stage.deps, fleet.repositories);
  stage.start();
}, 120_000);
afterAll(async () => {
  await stage.close();
  await fleet.close();
  expect(stage.telegram.problems).toEqual([]);
});

/** What is written and how many statements it took. */
async function looked(act: () => void) {
  let text = '';
  const statements = await fleet.counted(async () => {
    const answers = await stage.during(act);
    text = answers.map((message) => message.text).join('\n');
  });
  return { text, statements };
}
const say = (words: string) => looked(() => stage.telegram.say(ANN, words));
const card = async (words: string) => {
  const [message] = await stage.during(() => stage.telegram.say(ANN, words));
  if (!message) throw new Error('no answer');
  return message;
};

// The bounds are one above what was counted, and do not know how many servers there are: a query per server, or per line, breaks them.
describe('with 4,000 servers', () => {
  it.each([
    ['/status', 'time4vps: listed', 15],
    ['/servers', '1–10 of 4000', 10],
    ['/servers broken', '1–10 of 200', 10],
    ['/servers label:env=prod', '1–10 of 1333', 10],
    ['/servers vps-49', '1–10 of 100', 10],
    ['/server vps-1000', 'vps-1000 · ❌ error', 27],
    ['/server vps-1', 'and 980 more', 11],
    ['/incidents', '1–8 of 200', 6],
    ['/incidents vps-1020', '1 open incident', 12],
    ['/operations', '1–8 of 500', 6],
    ['/services', '1–10 of 4000', 8],
    ['/audit', '1–10 of 2000', 6],
    ['/audit vps-1500', 'Who did what: vps-1500', 14],
    ['rebuild 1003', 'Did you mean', 11],
  ])('%s asks the database little', async (words, expected, most) => {
    const { text, statements } = await say(words);
    expect(text).toContain(expected);
    expect(statements).toBeGreaterThan(0);
    expect(statements).toBeLessThanOrEqual(most);
  });

  it('turns to a late page and opens a card from there for the same price', async () => {
    const list = await card('/servers');
    const late = { ...list };
    const [row] = [[{ text: 'late', callback_data: 'sv.p.399.' }]];
    late.reply_markup = { inline_keyboard: [row] };
    stage.telegram.messages.set(`${list.chat.id}/${list.message_id}`, late);
    const page = await looked(() => stage.telegram.tap(ANN, late, 'late'));
    expect(page.text).toContain('3991–4000 of 4000');
    expect(page.statements).toBeLessThanOrEqual(10);
    const open = await looked(() => stage.telegram.tap(ANN, list, 'vps-4999'));
    expect(open.text).toContain('vps-4999 · ✅ ready');
    expect(open.statements).toBeLessThanOrEqual(27);
  });

  it('tells a long story with one query for its people', async () => {
    const list = await card('/incidents vps-1020');
    const story = await looked(() => stage.telegram.tap(ANN, list, '🚨 vps-1020'));
    expect(story.text).toContain('1–8 of 60');
    expect(story.statements).toBeLessThanOrEqual(12);
  });
});
