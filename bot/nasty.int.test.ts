import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  chatIncident,
  chatInput,
  chatOperation,
  chatServer,
} from '#test/builders/chat-entities.ts';
import { ANN, type ChatStage, chatStage, IVAN, until } from '#test/builders/chat-stage.ts';
import { COMMANDS } from './features/commands.ts';

let stage: ChatStage;
beforeEach(async () => {
  stage = await chatStage({ [ANN.id]: 'owner', [IVAN.id]: 'owner' });
  stage.servers.push(chatServer('vps-1001'));
  stage.start();
});
afterEach(() => stage.close());

/** Calls that Telegram did not take. */
const refused = () =>
  stage.telegram.calls.filter(({ method, status }) => method !== 'getUpdates' && status !== 200);
const methods = (calls: readonly { method: string }[]) => calls.map(({ method }) => method);
const failures = () => [...stage.updates.rows.values()].flatMap(({ error }) => error ?? []);
const many = (count: number, name = 'vps-') => {
  for (let n = 0; n < count; n++) stage.servers.push(chatServer(`${name}${n}`));
};
/** The first page of the servers, with its button for the next. */
const page = async () => {
  const [card] = await stage.during(() => stage.telegram.say(ANN, '/servers'));
  const data = card?.reply_markup?.inline_keyboard?.flat().at(-1)?.callback_data;
  if (!card || data === undefined) throw new Error('no second page');
  return { card, next: () => stage.telegram.tap(ANN, card, data) };
};

describe('a reader who is gone', () => {
  it.each([
    ['has blocked the bot', () => stage.telegram.chats.block(ANN.id)],
    ['has no account any more', () => stage.telegram.chats.deactivate(ANN.id)],
  ])('%s: the work is done, nothing is repeated', async (_, leave) => {
    leave();
    expect(await stage.ask(ANN, '/provision vps-1001')).toBe('');
    expect(stage.agent.commands).toHaveLength(1);
    expect(methods(refused())).toEqual(['sendMessage']);
    expect(failures()).toEqual([]);
  });

  it('a group that threw the bot out, and a topic that was closed or deleted', async () => {
    const chat = { id: -100_9, type: 'supergroup', title: 'ops' } as const;
    stage.telegram.chats.kick(chat.id);
    expect(await stage.ask(ANN, '/provision vps-1001', { chat })).toBe('');
    stage.telegram.chats.kick(chat.id, false);
    stage.telegram.chats.topic(chat.id, 5, 'closed');
    stage.telegram.chats.topic(chat.id, 6, 'deleted');
    for (const message_thread_id of [5, 6]) {
      expect(await stage.ask(ANN, '/status', { chat, message_thread_id })).toBe('');
    }
    expect(stage.agent.commands).toHaveLength(1);
    expect(failures()).toEqual([]);
  });
});

describe('a card', () => {
  it('that was deleted is let go', async () => {
    many(30);
    const { card, next } = await page();
    stage.telegram.remove(ANN.id, card.message_id);
    await stage.during(next);
    expect(failures()).toEqual([]);
    expect(methods(refused())).toEqual(['editMessageText']);
  });

  it('that shows the same already stays as it is', async () => {
    many(30);
    const { card, next } = await page();
    await stage.during(next);
    // Tapped on the screen of another device, which still shows the first page.
    stage.telegram.messages.set(`${ANN.id}/${card.message_id}`, {
      ...card,
      text: stage.telegram.screen(ANN.id).at(-1)?.text ?? '',
    });
    await stage.during(next);
    expect(failures()).toEqual([]);
  });

  it('whose tap lay too long does nothing and says so', async () => {
    stage.operations.push(chatOperation({ status: 'running' }));
    const [card] = await stage.during(() => stage.telegram.say(ANN, '/cancel'));
    const data = card?.reply_markup?.inline_keyboard?.flat()[0]?.callback_data ?? '';
    await stage.stop();
    if (card) stage.telegram.tap(ANN, card, data);
    stage.pace.advance(16 * 60_000);
    stage.start();
    await stage.settled();
    expect(stage.telegram.screen(ANN.id).at(-1)?.text).toContain('That tap came late');
    expect(stage.operations[0]?.stopRequested).toBeNull();
  });
});

it('names are shown as they are written', async () => {
  stage.servers.push(chatServer('<b>vps</b>&amp;<a href="x">'), chatServer('שרת-😀'));
  const text = await stage.ask(ANN, '/servers');
  expect(text).toContain('<b>vps</b>&amp;<a href="x">');
  expect(text).toContain('שרת-😀');
});

describe('names', () => {
  const NAMES = [
    '<b>vps</b>&amp;<a href="x">',
    'vps-😀👩‍👩‍👧‍👦-1',
    'שרת-1',
    '\u202eevil\u202c-\u2066x',
    'a\u0000b\u0007\nc',
    `long-${'ы'.repeat(300)}`,
  ];

  it.each(COMMANDS)('however odd, reach Telegram as it takes them: /$name', async ({ name }) => {
    stage.servers.length = 0;
    for (const name of NAMES) {
      stage.servers.push(chatServer(name));
      stage.operations.push(chatOperation({ serverHandle: name, status: 'running' }));
      stage.incidents.push(
        chatIncident({ serverHandle: name, details: name, affectedServices: [name] }),
      );
    }
    await stage.ask(ANN, `/${name}`);
    for (const odd of NAMES) await stage.ask(IVAN, `/${name} ${odd}`);
    expect(refused()).toEqual([]);
    const shown = [ANN, IVAN].flatMap(({ id }) => stage.telegram.screen(id));
    const said = shown.filter(({ from }) => from?.is_bot).map(({ text }) => text);
    expect(said.length).toBeGreaterThan(NAMES.length);
    // Nothing turns the reading direction of what stands behind it.
    // Nor is it left turned behind what is isolated.
    expect(said.join('')).not.toMatch(/[\u202a-\u202e\u2066\u2067]/);
    expect(said.join('').match(/\u2068/g)?.length).toBe(said.join('').match(/\u2069/g)?.length);

    expect(failures()).toEqual([]);
  });
});

describe('4,000 servers', () => {
  it.each(COMMANDS)('leave every answer short and within the limits: /$name', async ({ name }) => {
    many(4000);
    for (let n = 0; n < 4000; n++) {
      stage.operations.push(chatOperation({ serverHandle: `vps-${n}`, status: 'running' }));
    }
    for (let n = 0; n < 500; n++) {
      stage.incidents.push(chatIncident({ serverHandle: `vps-${n}` }));
    }
    for (const words of ['', ' vps-', ' vps-17', ' error']) {
      const answers = await stage.during(() => stage.telegram.say(ANN, `/${name}${words}`));
      expect(answers.length, words).toBeLessThanOrEqual(10);
      expect(answers.length, words).toBeGreaterThan(0);
    }
    expect(refused()).toEqual([]);
    expect(failures()).toEqual([]);
  });
});

it('a text beyond a few messages is a file, with its beginning under it', async () => {
  const line = (n: number) => `${n} <b>&amp; ${'x'.repeat(90)}`;
  const lines = Array.from({ length: 400 }, (_, n) => line(n));
  const question = chatInput({ question: lines.join('\n') });
  stage.inputs.push(question);
  const [message, ...more] = await stage.during(() =>
    stage.telegram.say(ANN, `/answer ${question.id}`),
  );
  expect(more).toEqual([]);
  expect(message?.document?.file_name).toBe('zavhoz.txt');
  expect(message?.document?.content).toContain(line(399));
  expect(message?.caption).toContain(line(0));
  expect(message?.caption).toContain('The whole text is in the file.');
  // What follows the text goes with the file: the prompt is to be answered.
  expect(message?.reply_markup?.force_reply).toBe(true);
});

it('a text of a few messages is split at line ends, and its buttons stand under the last', async () => {
  const lines = Array.from({ length: 80 }, () => 'y'.repeat(100));
  const question = chatInput({ question: lines.join('\n') });
  stage.inputs.push(question);
  const messages = await stage.during(() => stage.telegram.say(ANN, `/answer ${question.id}`));
  expect(messages.map(({ reply_markup: markup }) => markup?.force_reply)).toEqual([
    undefined,
    undefined,
    true,
  ]);
});

describe('a group that becomes a supergroup', () => {
  const group = { id: -900, type: 'group', title: 'ops' } as const;
  it('is followed, once told, wherever the old id is still used', async () => {
    await stage.ask(ANN, '/status', { chat: group });
    stage.telegram.migrate(group.id, -100_900);
    await stage.settled();
    const payload = { chat_id: group.id, text: 'an alert', message_thread_id: 4 };
    const first = await stage.transport.call('sendMessage', payload);
    const second = await stage.transport.call('sendMessage', { ...payload, text: 'another' });
    expect([first.chat.id, second.chat.id]).toEqual([-100_900, -100_900]);
    const tries = stage.telegram.calls.filter(
      ({ method, payload: sent }) => method === 'sendMessage' && sent.chat_id === group.id,
    );
    // /status, then the one that taught us.
    expect(tries).toHaveLength(2);
    await until(() => stage.moves.length > 0);
    expect(stage.moves).toEqual([[group.id, -100_900]]);
    await expect(
      stage.transport.call('editMessageText', { chat_id: group.id, message_id: 1, text: 'x' }),
    ).rejects.toMatchObject({ code: 400 });
  });
});
