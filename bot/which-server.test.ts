import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Person } from '#simulators/telegram/model.ts';
import { chatServer, uuid } from '#test/builders/chat-entities.ts';
import { ANN, type ChatStage, chatStage, EVE, IVAN } from '#test/builders/chat-stage.ts';

const OLGA: Person = { id: 13, is_bot: false, first_name: 'Olga', language_code: 'en' };
const GROUP = { id: -100_500, type: 'supergroup', title: 'ops' } as const;

let stage: ChatStage;
beforeEach(async () => {
  stage = await chatStage({ [ANN.id]: 'owner', [OLGA.id]: 'operator', [IVAN.id]: 'viewer' });
  for (const n of [1001, 1002, 2001]) stage.servers.push(chatServer(`vps-${n}`, { id: uuid() }));
  stage.start();
});
afterEach(async () => {
  await stage.close();
  expect(stage.telegram.problems).toEqual([]);
});

const first = async (from: Person, text: string, extra = {}) => {
  const [message] = await stage.during(() => stage.telegram.say(from, text, extra));
  if (!message) throw new Error('no answer');
  return message;
};
type Message = Awaited<ReturnType<typeof first>>;
const tap = async (from: Person, message: Message, button: string) =>
  (await stage.during(() => stage.telegram.tap(from, message, button))).map(({ text }) => text);
const labels = (message: Message) =>
  message.reply_markup?.inline_keyboard?.flat().map((button) => button.text) ?? [];

describe('a name that fits several servers', () => {
  it('becomes a choice that repeats the whole command', async () => {
    const question = await first(OLGA, '/maint vps-10 2h new disk');
    expect(question.text).toContain('/maint … 2h new disk\nSeveral servers fit');
    expect(labels(question)).toEqual(['vps-1001', 'vps-1002']);
    const [said] = await tap(OLGA, question, 'vps-1002');
    expect(said).toContain('vps-1002: maintenance until');
    expect(await stage.maintenance.list({})).toMatchObject([
      { target: 'vps-1002', reason: 'new disk', createdBy: 'tg:13' },
    ]);
  });

  it('goes the ordinary way of the command, with its question', async () => {
    const question = await first(ANN, '/rebuild vps-10 reset');
    const [asked] = await tap(ANN, question, 'vps-1001');
    expect(asked).toContain('vps-1001');
    expect(stage.agent.commands).toEqual([]);
  });

  it('survives a restart', async () => {
    const question = await first(OLGA, '/server vps-10');
    await stage.stop();
    stage.start();
    expect((await tap(OLGA, question, 'vps-1002'))[0]).toContain('vps-1002 · ✅ ready');
  });

  it('asks for the role of who taps, not of who asked', async () => {
    const question = await first(OLGA, '/provision vps-10', { chat: GROUP });
    expect((await tap(IVAN, question, 'vps-1001'))[0]).toContain('нужна роль не ниже');
    expect(await tap(EVE, question, 'vps-1001')).toEqual([]);
    expect(stage.agent.commands).toEqual([]);
    await tap(ANN, question, 'vps-1001');
    expect(stage.agent.commands).toMatchObject([{ target: 'vps-1001', by: 'tg:11' }]);
  });

  it('is as old as its question: the past does not act', async () => {
    const question = await first(OLGA, '/provision vps-10');
    const old = { ...question, date: question.date - 7200 };
    stage.telegram.messages.set(`${question.chat.id}/${question.message_id}`, old);
    expect((await tap(OLGA, old, 'vps-1001'))[0]).toContain('2 hr ago');
    expect(stage.agent.commands).toEqual([]);
  });

  it('is nothing when the server, or the question, is gone', async () => {
    const question = await first(OLGA, '/provision vps-10');
    stage.servers.length = 0;
    expect((await tap(OLGA, question, 'vps-1001'))[0]).toContain('Nothing was done');
    const lost = { ...question, date: 0 };
    stage.telegram.messages.set(`${question.chat.id}/${question.message_id}`, lost);
    expect((await tap(OLGA, lost, 'vps-1001'))[0]).toContain('Nothing was done');
    expect(stage.agent.commands).toEqual([]);
  });

  it('says how many more there are, and takes the provider’s id for a name', async () => {
    for (let n = 0; n < 30; n++) stage.servers.push(chatServer(`web-${n}`, { id: uuid() }));
    const question = await first(OLGA, '/server WEB-');
    expect(question.text).toContain('and 10 more');
    expect(labels(question)).toHaveLength(20);
    expect(await stage.ask(OLGA, '/server 2001')).toContain('vps-2001');
    expect(await stage.ask(OLGA, '/server vps-2')).toContain('vps-2001');
  });
});

describe('words that are no command', () => {
  it.each([
    ['статус', '/status'],
    ['что сломано', '/incidents'],
    ['/statsu', '/status'],
    ['rebuild 1001', '/rebuild vps-1001'],
    ['перезагрузи всё', '/reboot'],
    ['и что теперь?', '/help'],
  ])('%s', async (text, button) => {
    const offer = await first(ANN, text);
    if (button === '/help') expect(offer.text).toContain('I did not understand');
    expect(labels(offer)).toContain(button);
    expect(stage.agent.commands).toEqual([]);
  });

  it('lead into the ordinary way of the command, and never act', async () => {
    const offer = await first(ANN, 'rebuild 1001 please');
    const before = stage.agent.commands.length;
    const [asked] = await tap(ANN, offer, '/rebuild vps-1001');
    expect(asked).toContain('vps-1001');
    expect(stage.agent.commands).toHaveLength(before);
    const status = await first(IVAN, 'как дела');
    expect((await tap(IVAN, status, '/status'))[0]).toContain('3 сервера');
  });

  it('offer a viewer nothing to order, and a group nothing at all', async () => {
    expect(labels(await first(IVAN, 'rebuild 1001'))).toEqual(['/status', '/help']);
    expect(await stage.ask(ANN, 'rebuild 1001', { chat: GROUP })).toBe('');
    expect(await stage.ask(EVE, 'status please')).toBe('');
  });

  it('are heard out whatever they are', async () => {
    for (const text of ['😀', '<b>rebuild</b>', 'א'.repeat(3000), '/'.repeat(50)]) {
      expect(await stage.ask(ANN, text)).not.toBe('');
    }
  });
});

describe('a card that cannot be edited any more', () => {
  it.each(['Bad Request: message to edit not found', "Bad Request: message can't be edited"])(
    'is sent anew: %s',
    async (description) => {
      const list = await first(ANN, '/servers');
      const error = { error_code: 400, description };
      stage.telegram.fault({ kind: 'refuse', method: 'editMessageText', times: 1, error });
      const [fresh] = await stage.during(() => stage.telegram.tap(ANN, list, 'vps-1001'));
      expect(fresh?.message_id).not.toBe(list.message_id);
      expect(fresh?.text).toContain('vps-1001 · ✅ ready');
      expect(labels(fresh ?? list)).toContain('‹ To the list');
    },
  );

  it('is left alone when nothing has changed', async () => {
    const list = await first(ANN, '/servers');
    const error = { error_code: 400, description: 'Bad Request: message is not modified' };
    stage.telegram.fault({ kind: 'refuse', method: 'editMessageText', times: 1, error });
    expect(await stage.during(() => stage.telegram.tap(ANN, list, '• All'))).toEqual([]);
  });
});

describe('names of all kinds', () => {
  it('neither break the layout nor the limits', async () => {
    const hebrew = 'שרת-ראשי';
    const hostile = `</b><a href="tg://x">${'😀'.repeat(300)}\u202E\n&amp;`;
    stage.servers.length = 0;
    for (let n = 0; n < 12; n++) {
      const handle = `${'x'.repeat(60)}${n + 10}`;
      const labels = { env: hostile, team: hebrew };
      stage.servers.push(
        chatServer(handle, {
          id: uuid(),
          hostname: n % 2 ? hebrew : hostile,
          notes: hostile,
          labels,
        }),
      );
    }
    const list = await first(ANN, '/servers');
    // What is read from right to left stands apart, so that it moves nothing else.
    expect(list.text).toContain(`ready · \u2068${hebrew}\u2069`);
    expect(list.text).not.toContain('\u202e');
    const [card] = await tap(ANN, list, `${'x'.repeat(39)}…`);
    expect(card).toContain('</b><a href="tg://x">');
    expect(card).toContain(`\u2068team=${hebrew}\u2069`);
  });
});
