import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type ChatProcesses, chatProcesses, OWNER } from './stage.ts';

// Processes start and die several times in each.
vi.setConfig({ testTimeout: 300_000 });

let stage: ChatProcesses;
beforeEach(async () => {
  stage = await chatProcesses();
});
afterEach(async () => {
  await stage.close();
  expect(stage.telegram.problems).toEqual([]);
});
const order = () => stage.telegram.say(OWNER, '/provision vps-1001');
/** Whoever takes the lead asks first who it is; a long poll is on record only once it has ended. */
const leads = () => stage.telegram.calls.filter(({ method }) => method === 'getMe').length;
const polls = () => stage.telegram.calls.filter(({ method }) => method === 'getUpdates');
const done = () =>
  stage.until('the update to be done', async () => {
    return (await stage.stored()) === 1 && (await stage.pending()) === 0;
  });

describe('kill -9', () => {
  it('between storing and handling an update neither loses nor repeats it', async () => {
    stage.roles.start('bot', 'bot');
    await stage.until('the bot', () => leads() > 0);
    const release = await stage.hold('LOCK TABLE user_account IN ACCESS EXCLUSIVE MODE');
    order();
    // Others of the bot read people too and wait as well: the update first.
    await stage.until('the update', async () => (await stage.pending()) === 1);
    await stage.until('the handler to wait', async () => (await stage.waiting('user_account')) > 0);
    expect([await stage.pending(), await stage.operations()]).toEqual([1, 0]);
    stage.roles.kill('bot');
    await stage.until('its death', () => stage.roles.deaths === 1);
    await release();
    await done();
    await stage.until('the answer', () => stage.answers().length > 0);
    expect([await stage.operations(), stage.answers().length]).toEqual([1, 1]);
  });

  it('while the answer is on its way acts once', async () => {
    stage.roles.start('bot', 'bot');
    await stage.until('the bot', () => leads() > 0);
    stage.telegram.fault({ kind: 'hang', method: 'sendMessage', times: 1 });
    order();
    await stage.until('the order', async () => (await stage.operations()) === 1);
    await stage.until('the answer to hang', () =>
      stage.telegram.calls.some(({ method }) => method === 'sendMessage'),
    );
    stage.roles.kill('bot');
    await done();
    expect([await stage.operations(), stage.answers().length]).toEqual([1, 1]);
  });

  it('between handling an update and noting that acts once; the answer may come twice', async () => {
    stage.roles.start('bot', 'bot');
    await stage.until('the bot', () => leads() > 0);
    const handling = await stage.hold('LOCK TABLE user_account IN ACCESS EXCLUSIVE MODE');
    order();
    await stage.until('the update', async () => (await stage.pending()) === 1);
    const noting = await stage.hold('SELECT 1 FROM chat_update FOR UPDATE');
    await handling();
    await stage.until('the answer', () => stage.answers().length === 1);
    await stage.until('the note to wait', async () => (await stage.waiting('chat_update')) > 0);
    stage.roles.kill('bot');
    await stage.until('its death', () => stage.roles.deaths === 1);
    await stage.forgetWaiting();
    await noting();
    await done();
    expect(await stage.operations()).toBe(1);
    expect(stage.answers().map(({ text }) => text.split(':')[0])).toEqual([
      expect.stringContaining('Accepted'),
      expect.stringContaining('ccepted already'),
    ]);
  });
});

it('two processes: one polls, and the other takes over when it dies', async () => {
  stage.roles.start('one', 'bot');
  await stage.until('the bot', () => leads() > 0);
  stage.roles.start('two', 'bot');
  order();
  await done();
  stage.roles.kill('one');
  await stage.until('its death', () => stage.roles.deaths === 1);
  await stage.until('the heir', () => leads() === 2);
  stage.telegram.say(OWNER, '/help');
  await stage.until('its answer', async () => (await stage.stored()) === 2);
  expect(polls().filter(({ status }) => status === 409)).toEqual([]);
  expect(await stage.operations()).toBe(1);
});

it('the webhook: brought to the API, handled by the bot, once, whoever dies', async () => {
  stage.roles.start('api', 'api', stage.webhook);
  stage.roles.start('bot', 'bot', stage.webhook);
  const answers = (path: string) =>
    fetch(`${stage.local}${path}`).then(
      ({ status }) => status,
      () => 0,
    );
  await stage.until('the API', async () => (await answers('/healthz')) === 200);
  await stage.until('the webhook', () => stage.telegram.webhook.target() !== null);
  stage.telegram.fault({ kind: 'lose', method: 'webhook', times: 1 });
  stage.roles.kill('bot');
  order();
  await done();
  expect([await stage.operations(), await stage.stored()]).toEqual([1, 1]);
  stage.roles.kill('api');
  stage.telegram.say(OWNER, '/help');
  await stage.until('what came while the API was away', async () => (await stage.stored()) === 2);
  expect(polls()).toEqual([]);
});
