import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTelegramServer, type TelegramServer } from './server.ts';

const EVE = { id: 5, is_bot: false, first_name: 'Eve' };

let telegram: TelegramServer;
beforeEach(async () => {
  telegram = await startTelegramServer();
});
afterEach(() => telegram.close());

const call = async (method: string, payload: object = {}) => {
  const answer = await fetch(`${telegram.apiRoot}/bot${telegram.token}/${method}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(payload),
  });
  return (await answer.json()) as { ok: boolean; result: never; description?: string };
};

describe('who and what is gone', () => {
  const send = (chat_id: number, more = {}) => call('sendMessage', { chat_id, text: 'x', ...more });
  const why = async (answer: ReturnType<typeof call>) => (await answer).description;

  it('a reader who blocked the bot or left, a group that threw it out', async () => {
    telegram.chats.block(5);
    expect(await why(send(5))).toBe('Forbidden: bot was blocked by the user');
    telegram.chats.block(5, false);
    expect((await send(5)).ok).toBe(true);
    telegram.chats.deactivate(5);
    expect(await why(send(5))).toBe('Forbidden: user is deactivated');
    telegram.chats.kick(-100_5);
    expect(await why(send(-100_5))).toBe('Forbidden: bot was kicked from the supergroup chat');
  });

  it('a topic that was closed or deleted, or never was', async () => {
    telegram.chats.topic(-100_5, 7, 'open');
    expect((await send(-100_5, { message_thread_id: 7 })).ok).toBe(true);
    telegram.chats.topic(-100_5, 7, 'closed');
    expect(await why(send(-100_5, { message_thread_id: 7 }))).toBe('Bad Request: TOPIC_CLOSED');
    telegram.chats.topic(-100_5, 7, 'deleted');
    for (const message_thread_id of [7, 8]) {
      expect(await why(send(-100_5, { message_thread_id }))).toContain('thread not found');
    }
  });

  it('a message to be answered, and a group that has another id', async () => {
    const reply_parameters = { message_id: 999 };
    expect(await why(send(5, { reply_parameters }))).toContain('message to be replied not found');
    const all_the_same = { ...reply_parameters, allow_sending_without_reply: true };
    expect((await send(5, { reply_parameters: all_the_same })).ok).toBe(true);
    telegram.migrate(-5, -100_5);
    expect(await send(-5)).toMatchObject({ parameters: { migrate_to_chat_id: -100_5 } });
    const { result } = await call('getUpdates');
    expect(result).toMatchObject([
      { message: { chat: { id: -5 }, migrate_to_chat_id: -100_5 } },
      { message: { chat: { id: -100_5 }, migrate_from_chat_id: -5 } },
    ]);
    expect(JSON.stringify(result)).not.toContain('"text"');
  });
});

describe('a tap', () => {
  it('is answered once, in time, in 200 characters', async () => {
    let now = 0;
    await telegram.close();
    telegram = await startTelegramServer({ now: () => now });
    const reply_markup = { inline_keyboard: [[{ text: 'Yes', callback_data: 'y' }]] };
    await call('sendMessage', { chat_id: 5, text: 'sure?', reply_markup });
    const tap = async () => {
      const [card] = telegram.screen(5);
      if (card) telegram.tap(EVE, card, 'Yes');
      return telegram.queue.at(-1)?.callback_query?.id;
    };
    const answer = (callback_query_id: unknown, text = '') =>
      call('answerCallbackQuery', { callback_query_id, text });
    const first = await tap();
    expect((await answer(first, 'x'.repeat(201))).description).toContain('MESSAGE_TOO_LONG');
    expect((await answer(first)).ok).toBe(true);
    expect((await answer(first)).description).toContain('query is too old');
    const second = await tap();
    now += 16 * 60_000;
    expect((await answer(second)).description).toContain('query is too old');
    expect((await answer('no such tap')).description).toContain('query ID is invalid');
  });
});

describe('a webhook', () => {
  it('is https on a port that Telegram calls, and ends polling', async () => {
    const set = async (url: string, more = {}) => call('setWebhook', { url, ...more });
    expect((await set('http://bot.example')).description).toContain('HTTPS URL must be provided');
    expect((await set('https://bot.example:9000')).description).toContain('only on ports');
    const odd = { secret_token: 'with blanks in it' };
    expect((await set('https://bot.example', odd)).description).toContain('unallowed characters');
    const waiting = call('getUpdates', { timeout: 20 });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect((await set('https://bot.example', { secret_token: 'abc_-1' })).ok).toBe(true);
    expect((await waiting).description).toContain('Conflict');
    expect((await call('getUpdates')).description).toContain('while webhook is active');
    expect((await call('getWebhookInfo')).result).toMatchObject({ url: 'https://bot.example' });
    await set('');
    expect((await call('getUpdates')).ok).toBe(true);
  });
});

it('keeps a menu of commands per scope and language', async () => {
  const commands = [{ command: 'status', description: 'the fleet' }];
  const scope = { type: 'chat', chat_id: 5 };
  await call('setMyCommands', { commands });
  await call('setMyCommands', { commands, scope, language_code: 'ru' });
  expect(telegram.menus()).toEqual([
    { scope: { type: 'default' }, language: '', commands },
    { scope, language: 'ru', commands },
  ]);
  await call('deleteMyCommands', { scope, language_code: 'ru' });
  expect(telegram.menus()).toHaveLength(1);
  const wrong = [{ command: 'Sta-tus', description: 'x' }];
  expect((await call('setMyCommands', { commands: wrong })).description).toContain('INVALID');
  expect((await call('setMyCommands', { commands, scope: { type: 'chat' } })).ok).toBe(false);
});

it('takes a file as a form, and shows it with its caption', async () => {
  const form = new FormData();
  form.set('chat_id', '5');
  form.set('caption', '<b>log</b>');
  form.set('parse_mode', 'HTML');
  form.set('document', new Blob(['one\ntwo']), 'log.txt');
  const send = () =>
    fetch(`${telegram.apiRoot}/bot${telegram.token}/sendDocument`, { method: 'POST', body: form });
  expect(await (await send()).json()).toMatchObject({
    ok: true,
    result: { caption: 'log', document: { file_name: 'log.txt' }, chat: { id: 5 } },
  });
  expect(telegram.screen(5)[0]?.document?.content).toBe('one\ntwo');
  const edit = { chat_id: 5, message_id: telegram.screen(5)[0]?.message_id, text: 'x' };
  expect((await call('editMessageText', edit)).description).toContain('no text in the message');
  form.set('caption', 'x'.repeat(1025));
  expect((await send()).status).toBe(400);
  expect(telegram.problems).toContain('sendDocument: caption of 1025 characters, 1024 are allowed');
});
