import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Person } from '#simulators/telegram/model.ts';
import { chatIncident, chatOperation, chatServer, uuid } from '#test/builders/chat-entities.ts';
import { ANN, type ChatStage, chatStage, EVE, IVAN } from '#test/builders/chat-stage.ts';
import { lookFixture } from '#test/builders/look-fixture.ts';

const OLGA: Person = { id: 13, is_bot: false, first_name: 'Olga', language_code: 'en' };
const GROUP = { id: -100_500, type: 'supergroup', title: 'ops' } as const;

let stage: ChatStage;
let night: ReturnType<typeof lookFixture>;
beforeEach(async () => {
  stage = await chatStage({ [ANN.id]: 'owner', [OLGA.id]: 'operator', [IVAN.id]: 'viewer' });
  night = lookFixture(stage);
  stage.start();
});
afterEach(async () => {
  await stage.close();
  expect(stage.telegram.problems).toEqual([]);
});

const first = async (from: Person, text: string) => {
  const [message] = await stage.during(() => stage.telegram.say(from, text));
  if (!message) throw new Error('no answer');
  return message;
};
type Message = Awaited<ReturnType<typeof first>>;
const tap = async (from: Person, message: Message, button: string) => {
  const [edited] = await stage.during(() => stage.telegram.tap(from, message, button));
  if (!edited) throw new Error('nothing changed');
  return edited;
};
const labels = (message: Message) =>
  message.reply_markup?.inline_keyboard?.flat().map((button) => button.text) ?? [];

describe('every look', () => {
  it.each([
    ['/status', '2 open incidents', '2 открытых инцидента'],
    ['/servers', '4 servers', '4 сервера'],
    ['/server vps-1001', 'fails for 5 min', 'не в порядке 5 мин'],
    ['/incidents', '2 open incidents', '2 открытых инцидента'],
    ['/operations', 'preparation of vps-1002', 'подготовка vps-1002'],
    ['/services', 'certificate ends soon', 'сертификат скоро истечёт'],
  ])('%s is there for all roles, in both languages', async (command, english, russian) => {
    for (const person of [ANN, OLGA]) expect(await stage.ask(person, command)).toContain(english);
    expect(await stage.ask(IVAN, command)).toContain(russian);
    expect(await stage.ask(EVE, command)).toBe('');
    expect(await stage.ask(OLGA, command, { chat: GROUP })).toContain(english);
    expect(await stage.ask(EVE, command, { chat: GROUP })).toBe('');
  });

  it('/audit is there for owners alone, also by its buttons', async () => {
    const list = await first(ANN, '/audit');
    expect(list.text).toContain('Who did what');
    for (const person of [OLGA, IVAN]) expect(await stage.ask(person, '/audit')).toContain('❌');
    const seen = await stage.during(() => stage.telegram.tap(OLGA, list, '↻ Refresh'));
    expect(seen).toEqual([]);
    stage.users.set(12n, { ...(stage.users.get(12n) ?? fail()), role: 'owner' });
    expect(await stage.ask(IVAN, '/audit')).toContain('готов → ошибка');
  });

  it('a stranger who taps sees nothing', async () => {
    for (const text of ['/servers', '/incidents', '/operations', '/services', '/status']) {
      const [shown] = await stage.during(() => stage.telegram.say(ANN, text, { chat: GROUP }));
      for (const label of labels(shown ?? fail()).slice(0, 2)) {
        expect(await stage.during(() => shown && stage.telegram.tap(EVE, shown, label))).toEqual(
          [],
        );
      }
    }
  });
});

describe('/status', () => {
  it('shows what stops, what waits, and how the agent itself is', async () => {
    stage.fleet.state = { ...stage.fleet.state, heartbeatAt: new Date(Date.now() - 600_000) };
    await stage.agent.freeze('tg:11', 'moving');
    Object.assign(stage.look.ready, { queue: false });
    const { text } = await first(ANN, '/status');
    expect(text).toContain('1 critical, 1 warning');
    expect(text).toContain('frozen since');
    expect(text).toContain('Agent 1.2.3');
    expect(text).toContain('✅ database  ❌ the queue does not answer');
    expect(text).toContain('⚠️ workers seen 10 min ago');
    expect(text).toContain('✅ time4vps:main: listed 2 min ago');
    expect(text.indexOf('frozen')).toBeLessThan(text.indexOf('4 servers'));
  });

  it('updates in place, and leads on', async () => {
    const page = await first(IVAN, '/status');
    expect(labels(page)).toEqual(['↻ Обновить', 'Серверы', 'Инциденты', 'Операции']);
    stage.servers.pop();
    const again = await tap(IVAN, page, '↻ Обновить');
    expect(again.message_id).toBe(page.message_id);
    expect(again.text).toContain('3 сервера');
    expect((await tap(IVAN, again, 'Серверы')).text).toContain('vps-1001');
    await stage.agent.freeze('tg:11', 'moving');
    expect(labels(await first(IVAN, '/status'))).not.toContain('Включить…');
    expect(labels(await first(OLGA, '/status'))).toContain('Re-arm…');
  });
});

describe('/servers', () => {
  it.each([
    ['error', ['vps-1001']],
    ['broken', ['vps-1001']],
    ['care:none', ['vps-1003']],
    ['provider:manual', ['vps-1003']],
    ['group:web', ['vps-1001']],
    ['label:env=prod', ['vps-1001']],
    ['label:team', ['vps-1001']],
    ['db-1', ['vps-1002']],
    ['error label:env=test', []],
  ])('finds %s', async (filter, handles) => {
    const { text } = await first(ANN, `/servers ${filter}`);
    const found = ['vps-1001', 'vps-1002', 'vps-1003', 'vps-1004'].filter((h) => text.includes(h));
    expect(found).toEqual(handles);
    if (handles.length === 0) expect(text).toContain('No servers match');
  });

  it('filters by its buttons, and says what a filter can be', async () => {
    const list = await first(ANN, '/servers');
    const unmanaged = await tap(ANN, list, 'Not managed');
    expect(unmanaged.text).toContain('1 server');
    expect(labels(unmanaged)).toContain('• Not managed');
    expect((await tap(ANN, unmanaged, 'All')).text).toContain('4 servers');
    const wrong = await stage.ask(IVAN, '/servers status:sparkling');
    expect(wrong).toContain('sparkling');
    expect(wrong).toContain('in_use');
  });

  it('opens a card in the same message and goes back to the same page and filter', async () => {
    stage.servers.length = 0;
    for (let n = 0; n < 35; n++) {
      const labels = { env: 'production' };
      stage.servers.push(chatServer(`vps-${2000 + n}`, { id: uuid(), labels }));
    }
    const list = await first(ANN, '/servers label:env=production vps-20');
    const second = await tap(ANN, list, 'More ›');
    expect(second.text).toContain('11–20 of 35');
    const card = await tap(ANN, second, 'vps-2013');
    expect(card.message_id).toBe(list.message_id);
    expect(card.text).toContain('vps-2013 · ✅ ready');
    // The same text once more is no error.
    expect(await stage.during(() => stage.telegram.tap(ANN, card, '↻ Refresh'))).toEqual([]);
    const back = await tap(ANN, card, '‹ To the list');
    expect(back.text).toContain('label:env=production vps-20');
    expect(back.text).toContain('11–20 of 35');
  });

  it('shows the first page of a filter that fits no button', async () => {
    for (let n = 0; n < 15; n++) {
      const notes = `a long note of the kind that people write ${n}`;
      stage.servers.push(chatServer(`vps-${3000 + n}`, { id: uuid(), notes }));
    }
    const list = await first(ANN, '/servers a long note of the kind that people write');
    expect(list.text).toContain('15 servers');
    expect(list.text).toContain('too long for buttons');
    expect(labels(list)).not.toContain('More ›');
    expect((await tap(ANN, list, 'vps-3001')).text).toContain('vps-3001');
  });

  it('goes to the last page when the list has become shorter', async () => {
    for (let n = 0; n < 20; n++) stage.servers.push(chatServer(`vps-${4000 + n}`, { id: uuid() }));
    const second = await tap(ANN, await first(ANN, '/servers'), 'More ›');
    const third = await tap(ANN, second, 'More ›');
    stage.servers.length = 12;
    const again = await tap(ANN, third, '‹ Back');
    stage.servers.length = 3;
    expect((await tap(ANN, again, '‹ Back')).text).toContain('3 servers');
  });
});

describe('the card of a server', () => {
  it('shows its condition, its trouble and what it is', async () => {
    await stage.maintenance.create({
      ...{ scope: 'group', target: 'web', reason: 'new <disk>', createdBy: 'tg:11' },
      ...{ from: new Date(Date.now() - 1000), until: new Date(Date.now() + 7_200_000) },
    });
    const { text } = await first(ANN, '/server vps-1001');
    for (const part of [
      ...['vps-1001 · ❌ error', '⏳ does not answer, for 5 min', 'recovery of vps-1001'],
      ...['comes and goes', '⚠️ disk 91 % · memory 41 % of 3.8 GiB', 'load 0.42 on 2 CPU'],
      ...['❌ Docker: does not answer', '⚠️ reboot: an upgrade asks for one'],
      ...['Up: 24 h 99.98 · 7 d 99.98 · 30 d 99.98 %', '▂███ 24 h', 'Services: ❔ api'],
      ...['192.0.2.7', 'debian-12 · web-1.example.org', 'time4vps:main · 1001', 'group web · LT'],
      ...['env=prod, team=shop', 'The shop.\nAsk Ann first.', '🔧 maintenance until', 'new <disk>'],
    ]) {
      expect(text).toContain(part);
    }
    for (const line of text.split('\n')) expect([...line].length, line).toBeLessThanOrEqual(64);
  });

  it('says where there is nothing to say', async () => {
    expect(await stage.ask(ANN, '/server vps-1003')).toContain('Nobody looks at it');
    const resting = await stage.ask(IVAN, '/server vps-1004');
    expect(resting).toContain('раньше: в работе');
    expect(resting).toContain('не трогать');
    expect(resting).toContain('ещё не проверялся');
  });

  it('gives buttons for what this person may do now', async () => {
    const orders = async (person: Person, handle: string) =>
      ((await first(person, `/server ${handle}`)).reply_markup?.inline_keyboard ?? [])
        .flat()
        .flatMap(({ callback_data: data }) => /^do\.(\w+)\./.exec(data ?? '')?.[1] ?? []);
    expect(await orders(ANN, 'vps-1002')).toEqual(expect.arrayContaining(['reboot', 'rebuild']));
    const hers = await orders(OLGA, 'vps-1002');
    expect(hers).toContain('reboot');
    expect(hers).not.toContain('rebuild');
    expect(await orders(IVAN, 'vps-1002')).toEqual([]);
    expect(await orders(ANN, 'vps-1004')).not.toContain('reboot');
    expect(await orders(OLGA, 'vps-1001')).toContain('recover');
  });

  it('leads to what is of this server alone', async () => {
    const card = await first(ANN, '/server vps-1002');
    const incidents = await tap(ANN, card, 'Incidents');
    expect(incidents.text).toContain('1 open incident');
    expect(incidents.text).not.toContain('vps-1001');
    const operations = await tap(ANN, await first(ANN, '/server vps-1002'), 'Operations');
    expect(operations.text).toContain('preparation of vps-1002');
    expect(operations.text).not.toContain('vps-1001');
  });

  it('is gone when its server is', async () => {
    const card = await first(ANN, '/server vps-1002');
    stage.servers.length = 0;
    const said = await stage.during(() => stage.telegram.tap(ANN, card, '↻ Refresh'));
    expect(said.map(({ text }) => text)).toEqual(['❌ This server is not known any more.']);
  });
});

describe('/incidents', () => {
  it('puts the worst first, muted ones last, and pages', async () => {
    stage.incidents.push(chatIncident({ serverHandle: 'vps-1003', muted: true }));
    const { text } = await first(ANN, '/incidents');
    const order = ['vps-1001', 'vps-1002', 'vps-1003'].map((handle) => text.indexOf(handle));
    expect(order).toEqual([...order].sort((a, b) => a - b));
    for (let n = 0; n < 20; n++) stage.incidents.push(chatIncident({ serverHandle: `x-${n}` }));
    const list = await first(IVAN, '/incidents');
    expect(list.text).toContain('1–8 из 23');
    expect((await tap(IVAN, list, 'Дальше ›')).text).toContain('9–16 из 23');
  });

  it('tells the story of one: times, people, a way to read on, and back', async () => {
    const list = await first(ANN, '/incidents');
    const card = await tap(ANN, list, '⏳ vps-1001');
    expect(card.message_id).toBe(list.message_id);
    for (const part of [
      ...['seen after 20 sec · taken after 3 min', 'runbooks/server_unreachable'],
      ...['+22 sec · recovery begins', 'evidence saved; next: reboot', 'Ann looks after it'],
    ]) {
      expect(card.text).toContain(part);
    }
    expect((await tap(ANN, card, 'Operation')).text).toContain('look again');
    const again = await tap(ANN, await first(ANN, '/incidents'), '⏳ vps-1001');
    expect((await tap(ANN, again, '‹ To the list')).text).toContain('2 open incidents');
  });

  it('shows what was closed, and all of one server', async () => {
    const closed = await tap(IVAN, await first(IVAN, '/incidents'), 'Закрытые, 7 дней');
    expect(closed.text).toContain('vps-1002: диск полон, 1 ч');
    expect(closed.text).not.toContain('vps-1001');
    expect(await stage.ask(ANN, '/incidents all')).toContain('3 incidents');
    expect(await stage.ask(ANN, '/incidents vps-1003')).toContain('No open incidents');
    const card = await tap(IVAN, closed, '✅ vps-1002');
    expect(card.text).toContain('Закрыт');
  });

  it('turns the pages of a long story', async () => {
    const event = (n: number) => ({
      ...{ id: uuid(), at: new Date(), actor: 'agent', text: `thing ${n} <b>`, data: {} },
    });
    stage.look.timelines.set(
      night.incident.id,
      Array.from({ length: 20 }, (_, n) => event(n)),
    );
    const card = await tap(ANN, await first(ANN, '/incidents'), '⏳ vps-1001');
    expect(card.text).toContain('thing 0 <b>');
    expect(card.text).not.toContain('thing 8');
    const later = await tap(ANN, card, 'Later ›');
    expect(later.text).toContain('thing 8 <b>');
    expect((await tap(ANN, later, '‹ Earlier')).text).toContain('thing 7 <b>');
  });

  it('opens from an id alone, as alerts carry it', async () => {
    const card = await first(ANN, '/incidents');
    const data = `ic.${night.incident.id}`;
    const tapped = {
      ...card,
      reply_markup: { inline_keyboard: [[{ text: 'x', callback_data: data }]] },
    };
    stage.telegram.messages.set(`${card.chat.id}/${card.message_id}`, tapped);
    expect((await tap(ANN, tapped, data)).text).toContain('Ann looks after it');
  });
});

describe('/operations', () => {
  it('opens a card with its steps, and why it failed', async () => {
    const list = await first(OLGA, '/operations');
    const id = night.failed.id.slice(-8);
    const card = await tap(OLGA, list, `❌ vps-1002 · ${id}`);
    for (const part of [
      ...['failed · took 3 min', 'by tg:11', '3 attempts', '✅ reserve the attempt · 10 sec'],
      ...['❌ open access by key · 10 sec · attempt 3', 'Reset the password at the provider.'],
    ]) {
      expect(card.text).toContain(part);
    }
    expect(labels(card)).toEqual(['↻ Refresh', 'Server', '‹ To the list']);
    expect((await tap(OLGA, card, '‹ To the list')).text).toContain('Operations');
  });

  it('can be stopped where it runs, by who may', async () => {
    const label = `⏳ vps-1001 · ${night.operation.id.slice(-8)}`;
    const theirs = await tap(IVAN, await first(IVAN, '/operations'), label);
    expect(labels(theirs).join()).not.toContain('Остановить');
    const hers = await tap(OLGA, await first(OLGA, '/operations'), label);
    const stop = labels(hers).find((text) => text.startsWith('Stop')) ?? '';
    await stage.during(() => stage.telegram.tap(OLGA, hers, stop));
    expect(stage.operations[0]?.stopRequested).toBe('cancel');
    expect((await tap(OLGA, hers, '↻ Refresh')).text).toContain('It is to stop');
  });

  it('pages, and shows those of one server', async () => {
    for (let n = 0; n < 20; n++) {
      const of = { serverHandle: 'vps-1003', serverId: night.fresh.id };
      stage.operations.push(chatOperation({ ...of, status: 'succeeded' }));
    }
    const list = await first(IVAN, '/operations vps-1003');
    expect(list.text).toContain('1–8 из 20');
    const next = await tap(IVAN, list, 'Дальше ›');
    expect(next.text).toContain('9–16 из 20');
    expect(next.text).not.toContain('vps-1002');
  });
});

describe('/services and /audit', () => {
  it('show services by server, and of one server', async () => {
    const { text } = await first(IVAN, '/services');
    expect(text).toContain('❔ api · неизвестно');
    expect(text).toContain('⚠️ web · сертификат скоро истечёт');
    expect(text).toContain('✅ db · в порядке');
    const one = await first(ANN, '/services vps-1001');
    expect(one.text).toContain('1 service');
    expect(one.text).not.toContain('vps-1002');
    stage.look.placed.pop();
    stage.look.placed.shift();
    expect((await tap(ANN, one, '↻ Refresh')).text).toContain('No services are known');
    expect(await stage.ask(ANN, '/services vps-1003')).toContain('set-services');
  });

  it('says in sentences who did what, and finds a person or a server', async () => {
    await stage.ask({ ...ANN, username: 'ann' }, '/start');
    const all = await stage.ask(ANN, '/audit');
    for (const part of [
      ...['Ann', 'vps-1001 changed: care managed, notes The shop.', 'vps-1001: ready → error'],
      ...['ordered: recovery of vps-1001', 'operation failed. The server refused the login.'],
      ...[
        'nobody → a viewer',
        'server_reboot done',
        'frozen: moving <house>',
        'vps-1002: brand.new',
      ],
    ]) {
      expect(all).toContain(part);
    }
    expect(all).not.toMatch(/[{}"]/);
    const hers = await stage.ask({ ...ANN, username: 'ann' }, '/audit @Ann');
    expect(hers).toContain('Who did what: @ann');
    expect(hers).not.toContain('api:ci');
    expect(await stage.ask(ANN, '/audit vps-1002')).toContain('brand.new');
    expect(await stage.ask(ANN, '/audit api:ci')).toContain('a viewer');
    expect(await stage.ask(ANN, '/audit nobody-there')).toContain('I know no server');
  });

  it('turn the pages of the audit', async () => {
    const [entry] = stage.look.entries;
    if (!entry) throw new Error('no entry');
    for (let n = 0; n < 30; n++) stage.look.entries.push({ ...entry, action: `thing.n${n}` });
    const list = await first(ANN, '/audit vps-1001');
    const next = await tap(ANN, list, 'More ›');
    expect(next.text).toContain('Who did what: vps-1001');
    expect(next.text).toContain('11–20 of 35');
  });
});

function fail(): never {
  throw new Error('It is not there.');
}
