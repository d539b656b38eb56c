import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ANN, type ChatStage, chatStage, IVAN } from '#test/builders/chat-stage.ts';
import { minutesOf, wishOf } from './features/subscriptions.ts';

const OLGA = { id: 13, is_bot: false, first_name: 'Olga', language_code: 'en' } as const;
const chat = { id: -1001, type: 'supergroup', title: 'Ops' } as const;

let stage: ChatStage;
beforeEach(async () => {
  stage = await chatStage({ [ANN.id]: 'owner', [OLGA.id]: 'operator', [IVAN.id]: 'viewer' });
  stage.start();
});
afterEach(async () => {
  await stage.close();
  expect(stage.telegram.problems).toEqual([]);
});
const chosen = () =>
  stage.follow.rows.subscriptions.map(({ receiver, minSeverity, scope, target }) =>
    [receiver.chatId, receiver.threadId, minSeverity, scope, target].join(' ').trim(),
  );
const first = async (from: typeof ANN, text: string) => {
  const [message] = await stage.during(() => stage.telegram.say(from, text));
  if (!message) throw new Error('no answer');
  return message;
};

describe('/subscribe', () => {
  it('is for oneself in private, and shows what was chosen', async () => {
    expect(await stage.ask(IVAN, '/subscribe')).toContain('всё');
    expect(await stage.ask(OLGA, '/subscribe critical group:web')).toContain(
      'of the group web: critical alerts',
    );
    expect(await stage.ask(OLGA, '/subscribe label:env=prod warning')).toContain('env=prod');
    expect(chosen()).toEqual([
      '12 0 info all',
      '13 0 critical group web',
      '13 0 warning label env=prod',
    ]);
  });

  it('says what would be right', async () => {
    for (const text of ['/subscribe loud', '/subscribe group:', '/subscribe label:=x']) {
      expect(await stage.ask(ANN, text)).toContain('/subscribe critical group:web');
    }
    expect(await stage.ask(ANN, '/subscribe group:<b>')).toMatch(/no group <b>.*default, web/);
    expect(chosen()).toEqual([]);
  });

  it('is the owner’s for a group, and for a topic of its own', async () => {
    expect(await stage.ask(OLGA, '/subscribe', { chat })).toContain('owner');
    expect(await stage.ask(ANN, '/subscribe error', { chat })).toContain('errors and worse');
    const from = { ...ANN };
    await stage.during(() =>
      stage.telegram.push({
        message: {
          ...{ message_id: 900, from, chat, date: Math.floor(stage.clock.now().getTime() / 1000) },
          ...{ text: '/subscribe', message_thread_id: 7, is_topic_message: true },
          entities: [{ type: 'bot_command', offset: 0, length: 10 }],
        },
      }),
    );
    expect(chosen()).toEqual(['-1001 0 error all', '-1001 7 warning all']);
    expect(stage.telegram.screen(-1001).at(-1)?.message_thread_id).toBe(7);
  });
});

describe('/unsubscribe', () => {
  it('never makes it more for a person, and ends it for a group', async () => {
    await stage.ask(OLGA, '/subscribe group:web');
    expect(await stage.ask(OLGA, '/unsubscribe group:web')).toContain('Nothing.');
    expect(chosen()).toEqual(['13 0 success all']);
    await stage.ask(OLGA, '/subscribe group:web');
    expect(chosen()).toEqual(['13 0 info group web']);
    expect(await stage.ask(OLGA, '/unsubscribe label:x')).toContain('no such subscription');
    await stage.ask(OLGA, '/unsubscribe');
    await stage.ask(OLGA, '/subscribe');
    expect(chosen()).toEqual(['13 0 info all']);
    await stage.ask(ANN, '/subscribe', { chat });
    expect(await stage.ask(ANN, '/unsubscribe', { chat })).toContain('not subscribed');
    expect(chosen()).toEqual(['13 0 info all']);
  });
});

describe('/quiet and /digest', () => {
  it('are set, shown and lifted', async () => {
    expect(await stage.ask(ANN, '/quiet 22:00-7:00')).toContain('from 22:00 to 07:00 (UTC)');
    expect(await stage.ask(ANN, '/digest 09:00')).toContain('at 09:00 (UTC)');
    expect(stage.follow.rows.choices.get('11/0')).toEqual({
      ...{ quiet: { from: 1320, until: 420 }, digestAt: 540 },
    });
    expect(await stage.ask(ANN, '/quiet')).toContain('from 22:00');
    for (const text of ['/quiet 22', '/quiet 25:00-07:00', '/quiet 7:00-7:00', '/quiet a-b']) {
      expect(await stage.ask(ANN, text)).toContain('/quiet 22:00-07:00');
    }
    expect(await stage.ask(ANN, '/digest 9:61')).toContain('/digest 09:00');
    expect(await stage.ask(ANN, '/quiet off')).toContain('No quiet hours');
    expect(await stage.ask(ANN, '/digest off')).toContain('No daily digest');
    expect(await stage.ask(OLGA, '/digest 09:00', { chat })).toContain('owner');
  });

  it.each([
    ['22:00', 1320],
    ['7', 420],
    ['7:05', 425],
    ['24:00', null],
    ['7:5', null],
    ['', null],
    ['seven', null],
  ])('reads the time %s', (word, minutes) => {
    expect(minutesOf(word)).toBe(minutes);
  });

  it('reads wishes in any order', () => {
    const wish = { minSeverity: 'error', scope: 'group', target: 'web' };
    expect(wishOf(' group:web  ERROR ', 'info')).toEqual(wish);
    expect(wishOf('', 'info')).toEqual({ minSeverity: 'info', scope: 'all', target: '' });
    expect(wishOf('web', 'info')).toBeNull();
  });
});

describe('/oncall', () => {
  it('lists who is called, and is changed by words and buttons', async () => {
    expect(await stage.ask(OLGA, '/oncall')).toContain('owner');
    expect(await stage.ask(ANN, '/oncall')).toContain('owners are reminded once');
    await stage.ask(ANN, '/oncall add 13 15');
    const list = await first(ANN, '/oncall webhook 30');
    expect(list.text).toMatch(/1\. .*, after 15 min\n2\. webhook, after 30 min/);
    const [up] = await stage.during(() => stage.telegram.tap(ANN, list, '⬆ webhook'));
    expect(up?.text).toMatch(/1\. webhook, after 30 min/);
    const [down] = await stage.during(() => stage.telegram.tap(ANN, list, '✖ webhook'));
    expect(down?.text).not.toContain('webhook, after');
    const data = `cd.a.${IVAN.id}`;
    const other = await first(ANN, '/oncall');
    await stage.during(() => stage.telegram.tap(ANN, list, data));
    await stage.during(() => stage.telegram.tap(ANN, other, data));
    expect(
      stage.follow.rows.slots.map(({ telegramId, afterMinutes }) => [telegramId, afterMinutes]),
    ).toEqual([
      [13n, 15],
      [12n, 10],
    ]);
  });

  it('takes nobody without a role, and says what would be right', async () => {
    expect(await stage.ask(ANN, '/oncall add @stranger')).toContain('nobody of that name');
    for (const text of [
      '/oncall add',
      '/oncall add 13 0',
      '/oncall webhook soon',
      '/oncall drop',
    ]) {
      expect(await stage.ask(ANN, text)).toContain('/oncall add @ann 15');
    }
    expect(stage.follow.rows.slots).toEqual([]);
  });

  it('is no business of others, whoever holds the list', async () => {
    const list = await first(ANN, '/oncall');
    await stage.during(() => stage.telegram.tap(OLGA, list, `cd.a.${OLGA.id}`));
    expect(stage.follow.rows.slots).toEqual([]);
  });
});
