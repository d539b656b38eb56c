import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Message } from '#simulators/telegram/model.ts';
import { chatServer } from '#test/builders/chat-entities.ts';
import { ANN, type ChatStage, chatStage, EVE, IVAN, until } from '#test/builders/chat-stage.ts';
import { aUser } from '#test/fakes/memory-people.ts';

const GROUP = { id: -100_500, type: 'supergroup', title: 'ops' } as const;
const BOB = { id: 13, is_bot: false, first_name: 'Bob', language_code: 'en' } as const;

let stage: ChatStage;
beforeEach(async () => {
  stage = await chatStage({ [ANN.id]: 'owner', [IVAN.id]: 'viewer', [BOB.id]: 'owner' });
  const ivan = { firstName: 'Иван', languageCode: 'ru' };
  stage.users.set(BigInt(IVAN.id), aUser(BigInt(IVAN.id), 'viewer', ivan));
  stage.users.set(BigInt(BOB.id), aUser(BigInt(BOB.id), 'owner', { firstName: 'Bob' }));
  stage.start();
});
afterEach(async () => {
  await stage.close();
  expect(stage.telegram.problems).toEqual([]);
});

const roleOf = ({ id }: { id: number }) => stage.users.get(BigInt(id))?.role;
const open = async (from: typeof ANN, name: string): Promise<Message> => {
  const [list] = await stage.during(() => stage.telegram.say(from, '/users'));
  const [card] = await stage.during(() => list && stage.telegram.tap(from, list, name));
  if (!card) throw new Error(`No card of ${name}`);
  return card;
};
const tap = (from: typeof ANN, card: Message, button: string) =>
  stage.during(() => stage.telegram.tap(from, card, button));
const texts = (messages: readonly Message[]) => messages.map(({ text }) => text).join('\n---\n');

describe('/users', () => {
  it('lists people with a role, and a card for each', async () => {
    stage.users.set(77n, aUser(77n, null));
    const card = await open(ANN, 'Иван · Viewer');
    expect(card.text).toContain('Иван 12\nRole: a viewer\nNot seen yet');
    expect(card.text).toContain('Language: as in Telegram (Русский)\nTime zone: UTC');
    expect(stage.telegram.screen(ANN.id).some(({ text }) => text.includes('77'))).toBe(false);
  });

  it('has pages', async () => {
    for (let id = 100; id < 120; id++) {
      stage.users.set(BigInt(id), aUser(BigInt(id), 'viewer', { firstName: `<N${id}> & co` }));
    }
    const [list] = await stage.during(() => stage.telegram.say(ANN, '/users'));
    expect(list?.text).toBe('23 people have a role\n1–8 of 23');
    const [second] = await tap(ANN, list as Message, 'More ›');
    expect(second?.text).toContain('9–16 of 23');
    const [third] = await tap(ANN, second as Message, 'More ›');
    expect(third?.text).toContain('17–23 of 23');
    const [card] = await tap(ANN, third as Message, 'pe.u.119');
    expect(card?.text).toContain('<N119> & co');
  });

  it('changes a role, tells the person in their language, and is undone as easily', async () => {
    const said = await tap(ANN, await open(ANN, 'Иван · Viewer'), 'Make operator');
    expect(roleOf(IVAN)).toBe('operator');
    expect(texts(said)).toContain('✅ Иван is an operator now.');
    expect(stage.telegram.screen(IVAN.id).at(-1)?.text).toContain('Теперь ваша роль: оператор');
    await tap(ANN, await open(ANN, 'Иван · Operator'), 'Make viewer');
    expect(roleOf(IVAN)).toBe('viewer');
  });

  it('removes only after a question; whoever is removed hears nothing more', async () => {
    const card = await open(ANN, 'Иван · Viewer');
    const [question] = await tap(ANN, card, 'Remove…');
    expect(question?.text).toContain('Remove Иван? Their tokens, orders');
    expect(roleOf(IVAN)).toBe('viewer');
    const [kept] = await tap(ANN, question as Message, 'No, keep');
    const [again] = await tap(ANN, kept as Message, 'Remove…');
    const said = await tap(ANN, again as Message, 'Yes, remove');
    expect(texts(said)).toContain('Иван has no role any more');
    expect(roleOf(IVAN)).toBeNull();
    expect(stage.telegram.screen(IVAN.id)).toEqual([]);
    expect(await stage.ask(IVAN, '/status')).toBe('');
  });

  it('keeps the last owner, and names the way out', async () => {
    await tap(ANN, await open(ANN, 'Bob · Owner'), 'Make viewer');
    expect(roleOf(BOB)).toBe('viewer');
    const said = await tap(ANN, await open(ANN, 'Ann · Owner'), 'Make operator');
    expect(texts(said)).toContain('Ann is the last owner');
    expect(texts(said)).toContain('npx zavhoz users remove');
    expect(roleOf(ANN)).toBe('owner');
  });

  it('does nothing on the tap of somebody whose role was just taken or lowered', async () => {
    const card = await open(BOB, 'Иван · Viewer');
    stage.users.set(BigInt(BOB.id), aUser(BigInt(BOB.id), 'operator'));
    expect(await tap(BOB, card, 'Make owner')).toEqual([]);
    stage.users.set(BigInt(BOB.id), aUser(BigInt(BOB.id), null));
    expect(await tap(BOB, card, 'Make owner')).toEqual([]);
    expect(roleOf(IVAN)).toBe('viewer');
  });

  it('is for owners, in private', async () => {
    expect(await stage.ask(IVAN, '/users')).toContain('нужна роль не ниже');
    expect(await stage.ask(ANN, '/users', { chat: GROUP })).toContain('private chat only');
    expect(await stage.ask(EVE, '/users')).toBe('');
  });
});

describe('a role that people took away', () => {
  it('does not come back by ADMIN_TELEGRAM_IDS', async () => {
    stage.deps.adminIds.add(BigInt(BOB.id));
    await stage.deps.users.setRole(BigInt(BOB.id), null, `tg:${ANN.id}`);
    expect(await stage.ask(BOB, '/start')).toBe('');
    expect(roleOf(BOB)).toBeNull();
  });
});

describe('/password', () => {
  it('gives an owner a link and never the password', async () => {
    stage.servers.push(chatServer('vps-1001'), chatServer('vps-bare'));
    const said = await stage.ask(ANN, '/password vps-1001');
    expect(said).toContain('vps-1001:\nhttps://zavhoz.example.org/secret/link-token\n');
    expect(said).toContain('good for 10 min, and shows the password once');
    expect(said).not.toContain('⚠️');
    expect(stage.secretLinks).toEqual([['vps-1001', BigInt(ANN.id), 600]]);
    expect(await stage.ask(ANN, '/password vps-bare')).toContain('no root password of vps-bare');
    expect(await stage.ask(ANN, '/password')).toContain('Write /password vps-1');
  });

  it.each([
    ['http://127.0.0.1:8000', 'opens on the host of the agent only'],
    ['http://zavhoz.example.org/', 'not encrypted'],
  ])('says what is wrong with links to %s', async (url, warning) => {
    await stage.stop();
    stage.deps.publicUrl = url;
    stage.start();
    stage.servers.push(chatServer('vps-1001'));
    const said = await stage.ask(ANN, '/password vps-1001');
    expect(said).toContain(`\n${url.replace(/\/$/, '')}/secret/link-token\n`);
    expect(said.match(/⚠️/g)).toHaveLength(1);
    expect(said).toContain(warning);
  });

  it('is for owners, in private', async () => {
    expect(await stage.ask(IVAN, '/password vps-1001')).toContain('нужна роль не ниже: владелец');
    const said = await stage.ask(ANN, '/password vps-1001', { chat: GROUP });
    expect(said).toContain('private chat only');
    expect(stage.secretLinks).toEqual([]);
  });
});

describe('a group that becomes a supergroup', () => {
  const service = (chat: number, fields: object) =>
    stage.telegram.push({
      message: {
        ...{ message_id: 900, from: EVE, chat: { id: chat, type: 'group', title: 'ops' } },
        ...{ date: Math.floor(Date.now() / 1000), ...fields },
      } as unknown as Message,
    });

  it('is moved by either of the two messages, whoever caused them', async () => {
    expect(await stage.during(() => service(-500, { migrate_to_chat_id: -100_900 }))).toEqual([]);
    expect(await stage.during(() => service(-100_900, { migrate_from_chat_id: -500 }))).toEqual([]);
    await until(() => stage.migrations.length === 2);
    expect(stage.migrations).toEqual([
      [-500n, -100_900n],
      [-500n, -100_900n],
    ]);
  });
});
