import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Notification } from '#domain/notification.ts';
import type { Message } from '#simulators/telegram/model.ts';
import { ANN, type ChatStage, chatStage, IVAN } from '#test/builders/chat-stage.ts';
import { outboxMessage } from '#test/fakes/memory-outbox.ts';

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

const card = async (from = ANN) => {
  const [message] = await stage.during(() => stage.telegram.say(from, '/settings'));
  if (!message) throw new Error('no card');
  return message;
};
const tap = async (from: typeof ANN, message: Message, button: string) =>
  (await stage.during(() => stage.telegram.tap(from, message, button)))[0] as Message;

/** What a person reads when they are told. */
const told = async ({ id }: { readonly id: number }, over: Partial<Notification> = {}) => {
  const notification = {
    ...{ dedupeKey: 'k', severity: 'warning', kind: 'blind_interval' },
    params: { from: '2026-07-01T10:00:00Z', until: '2026-07-01T10:05:00Z', seconds: 300 },
    ...{ serverHandle: null, operationId: null },
    ...over,
  } as Notification;
  const receiver = { chatId: BigInt(id), threadId: 0 };
  await stage.service?.tell([outboxMessage(notification, receiver)], new AbortController().signal);
  return stage.telegram.screen(id).at(-1);
};

describe('the language', () => {
  it('is as in Telegram until it is chosen, then as chosen, in all that is said', async () => {
    const first = await card();
    expect(first.text).toContain('Language: as in Telegram (English)');
    const russian = await tap(ANN, first, 'Русский');
    expect(russian.text).toContain('Ваши настройки\nЯзык: Русский');
    expect(await stage.ask(ANN, '/help')).toContain('Что я умею');
    expect((await told(ANN))?.text).toContain('мин');
    const back = await tap(ANN, russian, 'Как в Telegram');
    expect(back.text).toContain('as in Telegram (English)');
    expect(await stage.ask(IVAN, '/settings lang en')).toContain('Language: English');
    expect(await stage.ask(IVAN, '/settings lang telegram')).toContain('как в Telegram (Русский)');
  });
});

describe('the time zone', () => {
  it('is UTC until it is chosen; dates follow it, with its abbreviation', async () => {
    expect((await card()).text).toMatch(/Time zone: UTC \(now .* UTC\)/);
    expect((await told(ANN))?.text).toContain('10:00 UTC');
    const said = await stage.ask(ANN, '/settings tz europe/vilnius');
    expect(said).toMatch(/Your time zone: Europe\/Vilnius \(now \d+ \w+, \d\d:\d\d EES?T\)/);
    expect((await told(ANN))?.text).toContain('1 Jul, 13:00 EEST');
    expect((await told(IVAN))?.text).toContain('10:00 UTC');
  });

  it('is chosen by a button as well', async () => {
    const zones = await tap(ANN, await card(), 'Time zone…');
    const chosen = await tap(ANN, zones, 'Asia/Tokyo');
    expect(chosen.text).toMatch(/Time zone: Asia\/Tokyo \(now .* GMT\+9\)/);
    expect(stage.users.get(BigInt(ANN.id))?.timeZone).toBe('Asia/Tokyo');
    expect((await tap(ANN, await tap(ANN, chosen, 'Time zone…'), '‹ Settings')).text).toContain(
      'Your settings',
    );
  });

  it.each(['Mars/Olympus', '+03:00', '<b>', 'Europe'])('%s is none', async (zone) => {
    const said = await stage.ask(ANN, `/settings tz ${zone}`);
    expect(said).toContain(`I know no time zone ${zone}. A name looks like Europe/Vilnius`);
    expect(stage.users.get(BigInt(ANN.id))?.timeZone).toBeNull();
  });

  it('other words are told what would be right', async () => {
    expect(await stage.ask(ANN, '/settings colour red')).toContain('/settings tz Europe/Vilnius');
    expect(await stage.ask(ANN, '/settings lang de')).toContain('/settings lang ru');
  });
});

describe('in a group', () => {
  const inGroup = (text: string, from = ANN) => stage.ask(from, text, { chat: GROUP });

  it('the owner chooses what it is spoken to in, and nobody hears of a person’s own choices', async () => {
    expect(await inGroup('/settings')).toContain(
      'What this chat is spoken to in\nLanguage: English',
    );
    expect(await inGroup('/settings lang ru')).toContain('Язык: Русский');
    expect(await inGroup('/settings tz europe/riga')).toContain('Часовой пояс: Europe/Riga');
    expect((await told(GROUP))?.text).toContain('Моей собственной сети');
    expect((await told(GROUP))?.text).toMatch(/EES?T|GMT\+[23]/);
    // The owner's own stay as they were.
    expect((await told(ANN))?.text).toContain('10:00 UTC');
  });

  it('nobody else does, and other words are told what would be right', async () => {
    expect(await inGroup('/settings lang ru', IVAN)).not.toContain('Язык: Русский');
    expect(await inGroup('/settings lang telegram')).toContain('/settings lang ru');
    expect(await inGroup('/settings tz Mars')).toContain('I know no time zone Mars');
    expect((await told(GROUP))?.text).toContain('10:00 UTC');
  });
});

describe('what owners are told', () => {
  it('names who joined, and on whose word, in the reader’s language', async () => {
    const params = { name: '<Bob>', role: 'operator', by: `tg:${IVAN.id}`, raised: 0 };
    await stage.ask({ ...IVAN, username: 'vanya' }, '/start');
    expect((await told(IVAN, { kind: 'user_joined', params }))?.text).toBe(
      '⚠️ Новый человек: <Bob>. Роль: оператор.\nПригласил(а) @vanya.',
    );
    const code = await told(ANN, {
      ...{ kind: 'secret_code', serverHandle: 'vps-1' },
      params: { code: 'AB2CDE', until: '2026-07-01T10:05:00Z' },
    });
    expect(code?.text).toContain('AB2CDE');
    expect(code?.entities).toContainEqual(expect.objectContaining({ type: 'code' }));
    expect(code?.text).toContain('Good until 1 Jul, 10:05 UTC');
  });
});
