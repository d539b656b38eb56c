import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Person } from '#simulators/telegram/model.ts';
import { chatServer, uuid } from '#test/builders/chat-entities.ts';
import { ANN, type ChatStage, IVAN } from '#test/builders/chat-stage.ts';
import { first, labels, lookStage, OLGA, tap } from '#test/builders/look-stage.ts';

let stage: ChatStage;
beforeEach(async () => {
  ({ stage } = await lookStage());
});
afterEach(async () => {
  await stage.close();
  expect(stage.telegram.problems).toEqual([]);
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
    const { text } = await first(stage, ANN, `/servers ${filter}`);
    const found = ['vps-1001', 'vps-1002', 'vps-1003', 'vps-1004'].filter((h) => text.includes(h));
    expect(found).toEqual(handles);
    if (handles.length === 0) expect(text).toContain('No servers match');
  });

  it('filters by its buttons, and says what a filter can be', async () => {
    const list = await first(stage, ANN, '/servers');
    const unmanaged = await tap(stage, ANN, list, 'Not managed');
    expect(unmanaged.text).toContain('1 server');
    expect(labels(unmanaged)).toContain('• Not managed');
    expect((await tap(stage, ANN, unmanaged, 'All')).text).toContain('4 servers');
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
    const list = await first(stage, ANN, '/servers label:env=production vps-20');
    const second = await tap(stage, ANN, list, 'More ›');
    expect(second.text).toContain('11–20 of 35');
    const card = await tap(stage, ANN, second, 'vps-2013');
    expect(card.message_id).toBe(list.message_id);
    expect(card.text).toContain('vps-2013 · ✅ ready');
    // The same text once more is no error.
    expect(await stage.during(() => stage.telegram.tap(ANN, card, '↻ Refresh'))).toEqual([]);
    const back = await tap(stage, ANN, card, '‹ To the list');
    expect(back.text).toContain('label:env=production vps-20');
    expect(back.text).toContain('11–20 of 35');
  });

  it('shows the first page of a filter that fits no button', async () => {
    for (let n = 0; n < 15; n++) {
      const notes = `a long note of the kind that people write ${n}`;
      stage.servers.push(chatServer(`vps-${3000 + n}`, { id: uuid(), notes }));
    }
    const list = await first(stage, ANN, '/servers a long note of the kind that people write');
    expect(list.text).toContain('15 servers');
    expect(list.text).toContain('too long for buttons');
    expect(labels(list)).not.toContain('More ›');
    expect((await tap(stage, ANN, list, 'vps-3001')).text).toContain('vps-3001');
  });

  it('goes to the last page when the list has become shorter', async () => {
    for (let n = 0; n < 20; n++) stage.servers.push(chatServer(`vps-${4000 + n}`, { id: uuid() }));
    const second = await tap(stage, ANN, await first(stage, ANN, '/servers'), 'More ›');
    const third = await tap(stage, ANN, second, 'More ›');
    stage.servers.length = 12;
    const again = await tap(stage, ANN, third, '‹ Back');
    stage.servers.length = 3;
    expect((await tap(stage, ANN, again, '‹ Back')).text).toContain('3 servers');
  });
});

describe('the card of a server', () => {
  it('shows its condition, its trouble and what it is', async () => {
    await stage.maintenance.create({
      ...{ scope: 'group', target: 'web', reason: 'new <disk>', createdBy: 'tg:11' },
      ...{ from: new Date(Date.now() - 1000), until: new Date(Date.now() + 7_200_000) },
    });
    const { text } = await first(stage, ANN, '/server vps-1001');
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
      ((await first(stage, person, `/server ${handle}`)).reply_markup?.inline_keyboard ?? [])
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
    const card = await first(stage, ANN, '/server vps-1002');
    const incidents = await tap(stage, ANN, card, 'Incidents');
    expect(incidents.text).toContain('1 open incident');
    expect(incidents.text).not.toContain('vps-1001');
    const operations = await tap(
      stage,
      ANN,
      await first(stage, ANN, '/server vps-1002'),
      'Operations',
    );
    expect(operations.text).toContain('preparation of vps-1002');
    expect(operations.text).not.toContain('vps-1001');
  });

  it('is gone when its server is', async () => {
    const card = await first(stage, ANN, '/server vps-1002');
    stage.servers.length = 0;
    const said = await stage.during(() => stage.telegram.tap(ANN, card, '↻ Refresh'));
    expect(said.map(({ text }) => text)).toEqual(['❌ This server is not known any more.']);
  });
});
