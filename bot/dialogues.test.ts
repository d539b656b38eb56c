import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chatOperation, chatServer } from '#test/builders/chat-entities.ts';
import { ANN, type ChatStage, CODE, chatStage, EVE, IVAN } from '#test/builders/chat-stage.ts';

const GROUP = { id: -100_500, type: 'supergroup', title: 'ops' } as const;

let stage: ChatStage;
beforeEach(async () => {
  stage = await chatStage({ [ANN.id]: 'owner', [IVAN.id]: 'viewer' });
  stage.start();
});
afterEach(async () => {
  await stage.close();
  expect(stage.telegram.problems).toEqual([]);
});

describe('strangers', () => {
  it('get silence, whatever they say', async () => {
    stage.servers.push(chatServer('vps-1001'));
    for (const text of ['/start', '/status', '/servers', 'hello', '/rebuild vps-1001', '/help']) {
      expect(await stage.ask(EVE, text)).toBe('');
    }
    expect(stage.users.has(BigInt(EVE.id))).toBe(false);
    const methods = new Set(stage.telegram.calls.map(({ method }) => method));
    expect([...methods].sort()).toEqual(['deleteMyCommands', 'getMe', 'getUpdates']);
  });

  it('get silence when they tap the button of somebody else', async () => {
    stage.operations.push(chatOperation({ status: 'running' }));
    const [card] = await stage.during(() =>
      stage.telegram.say(ANN, '/operations', { chat: GROUP }),
    );
    const button = card?.reply_markup?.inline_keyboard?.[0]?.[0]?.callback_data ?? '';
    expect(button).not.toBe('');
    expect(await stage.during(() => card && stage.telegram.tap(EVE, card, button))).toEqual([]);
    expect(stage.operations[0]?.stopRequested).toBeNull();
  });

  it('become the owner by the code, once, in private alone', async () => {
    stage.users.delete(BigInt(ANN.id));
    expect(await stage.ask(EVE, CODE, { chat: GROUP })).toBe('');
    expect(await stage.ask(EVE, 'PAIR-ME-2345')).toBe('');
    const { join } = stage.deps.users;
    stage.deps.users.join = () => Promise.reject(new Error('small talk counted as a try'));
    expect(await stage.ask(EVE, 'hello')).toBe('');
    expect(await stage.ask(EVE, 'what do you do for a living?')).toBe('');
    expect(await stage.ask(EVE, 'conference')).toBe('');
    stage.deps.users.join = join;
    expect(await stage.ask(EVE, `/start ${CODE}`)).toContain('Paired: you are the owner now, Eve');
    expect(stage.users.get(BigInt(EVE.id))).toMatchObject({ role: 'owner', firstName: 'Eve' });
    expect(await stage.ask(EVE, '/status')).toContain('No servers');
    expect(await stage.ask({ ...EVE, id: 67 }, CODE)).toBe('');
  });

  it('become owners by ADMIN_TELEGRAM_IDS with their first word', async () => {
    stage.deps.adminIds.add(BigInt(EVE.id));
    expect(await stage.ask(EVE, '/start')).toContain('the owner');
  });

  it('are not hidden behind an anonymous admin or a channel', async () => {
    const said = { chat: GROUP, sender_chat: GROUP };
    expect(await stage.ask({ ...ANN, is_bot: true }, '/status', said)).toBe('');
    expect(await stage.ask(ANN, '/status', said)).toBe('');
  });
});

describe('people with a role', () => {
  it('are kept up to date and greeted in their language', async () => {
    expect(await stage.ask({ ...IVAN, username: 'vanya' }, '/start')).toContain(
      'Здравствуйте, Иван',
    );
    expect(stage.users.get(BigInt(IVAN.id))).toMatchObject({ username: 'vanya', role: 'viewer' });
    expect(stage.users.get(BigInt(IVAN.id))?.lastSeen).not.toBeNull();
  });

  it('see the fleet', async () => {
    stage.servers.push(chatServer('vps-1001'), chatServer('vps-1002', { status: 'error' }));
    stage.operations.push(
      chatOperation({ status: 'running', percent: 40, currentStep: 'open-access' }),
    );
    const text = await stage.ask(ANN, '/status');
    expect(text).toContain('2 servers');
    expect(text).toContain('✅ ready: 1');
    expect(text).toContain('❌ error: 1');
    expect(text).toContain('1 operation under way');
    expect(text).toContain('running 40 %\n      open access by key');
    expect(await stage.ask(IVAN, '/status')).toContain('2 сервера');
  });

  it('turn the pages of a long list in place', async () => {
    for (let n = 0; n < 45; n++) stage.servers.push(chatServer(`vps-${1000 + n}`));
    const [card] = await stage.during(() => stage.telegram.say(ANN, '/servers'));
    expect(card?.text).toContain('1–10 of 45');
    const [edited] = await stage.during(() => card && stage.telegram.tap(ANN, card, 'More ›'));
    expect(edited?.message_id).toBe(card?.message_id);
    expect(edited?.text).toContain('11–20 of 45');
    expect(await stage.ask(ANN, '/servers error')).toContain('No servers match.');
    expect(await stage.ask(ANN, '/servers vps-1044')).toContain('1 server');
  });

  it('cannot be hurt by hostile names', async () => {
    const hostname = `</b><a href="tg://x">&amp; \u202Eevil\nline ${'😀'.repeat(2000)}\ud83d`;
    for (let n = 0; n < 20; n++)
      stage.servers.push(chatServer(`vps-${n}`, { hostname, os: hostname }));
    const text = await stage.ask(ANN, '/servers');
    expect(text).toContain('</b><a href="tg://x">&amp; evil line');
    expect(await stage.ask({ ...ANN, first_name: '<i>&lt;' }, '/start')).toContain(
      'Hello, <i>&lt;.',
    );
    expect(await stage.ask(ANN, '/provision <b>nobody')).toContain('I know no server <b>nobody');
  });

  it('are told what they may not do, and nothing happens', async () => {
    stage.servers.push(chatServer('vps-1001'));
    for (const text of ['/provision vps-1001', '/rebuild vps-1001', '/cancel', '/answer']) {
      expect(await stage.ask(IVAN, text)).toContain('нужна роль не ниже: оператор');
    }
    expect(stage.agent.commands).toEqual([]);
  });

  it('get help that names what they may do', async () => {
    expect(await stage.ask(ANN, '/help')).toContain('/rebuild');
    expect(await stage.ask(IVAN, '/help')).not.toContain('/rebuild');
    expect(await stage.ask(ANN, 'what?')).toContain('/help');
    expect(await stage.ask(ANN, 'what?', { chat: GROUP })).toBe('');
  });

  it('are answered within their topic of a forum', async () => {
    const [answer] = await stage.during(() =>
      stage.telegram.push({
        message: {
          message_id: 900,
          from: ANN,
          chat: { ...GROUP },
          date: Math.floor(Date.now() / 1000),
          text: '/status@zavhoz_bot',
          entities: [{ type: 'bot_command', offset: 0, length: 18 }],
          message_thread_id: 5,
          is_topic_message: true,
        },
      }),
    );
    expect(answer).toMatchObject({ chat: { id: GROUP.id }, message_thread_id: 5 });
  });
});
