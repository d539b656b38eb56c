import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chatIncident, chatOperation, uuid } from '#test/builders/chat-entities.ts';
import { ANN, type ChatStage, IVAN } from '#test/builders/chat-stage.ts';
import { first, labels, lookStage, OLGA, tap } from '#test/builders/look-stage.ts';

let stage: ChatStage;
let night: Awaited<ReturnType<typeof lookStage>>['night'];
beforeEach(async () => {
  ({ stage, night } = await lookStage());
});
afterEach(async () => {
  await stage.close();
  expect(stage.telegram.problems).toEqual([]);
});

describe('/incidents', () => {
  it('puts the worst first, muted ones last, and pages', async () => {
    stage.incidents.push(chatIncident({ serverHandle: 'vps-1003', muted: true }));
    const { text } = await first(stage, ANN, '/incidents');
    const order = ['vps-1001', 'vps-1002', 'vps-1003'].map((handle) => text.indexOf(handle));
    expect(order).toEqual([...order].sort((a, b) => a - b));
    for (let n = 0; n < 20; n++) stage.incidents.push(chatIncident({ serverHandle: `x-${n}` }));
    const list = await first(stage, IVAN, '/incidents');
    expect(list.text).toContain('1–8 из 23');
    expect((await tap(stage, IVAN, list, 'Дальше ›')).text).toContain('9–16 из 23');
  });

  it('tells the story of one: times, people, a way to read on, and back', async () => {
    const list = await first(stage, ANN, '/incidents');
    const card = await tap(stage, ANN, list, '⏳ vps-1001');
    expect(card.message_id).toBe(list.message_id);
    for (const part of [
      ...['seen after 20 sec · taken after 3 min', 'runbooks/server_unreachable'],
      ...['+22 sec · recovery begins', 'evidence saved; next: reboot', 'Ann looks after it'],
    ]) {
      expect(card.text).toContain(part);
    }
    expect((await tap(stage, ANN, card, 'Operation')).text).toContain('look again');
    const again = await tap(stage, ANN, await first(stage, ANN, '/incidents'), '⏳ vps-1001');
    expect((await tap(stage, ANN, again, '‹ To the list')).text).toContain('2 open incidents');
  });

  it('shows what was closed, and all of one server', async () => {
    const closed = await tap(
      stage,
      IVAN,
      await first(stage, IVAN, '/incidents'),
      'Закрытые, 7 дней',
    );
    expect(closed.text).toContain('vps-1002: диск полон, 1 ч');
    expect(closed.text).not.toContain('vps-1001');
    expect(await stage.ask(ANN, '/incidents all')).toContain('3 incidents');
    expect(await stage.ask(ANN, '/incidents vps-1003')).toContain('No open incidents');
    const card = await tap(stage, IVAN, closed, '✅ vps-1002');
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
    const card = await tap(stage, ANN, await first(stage, ANN, '/incidents'), '⏳ vps-1001');
    expect(card.text).toContain('thing 0 <b>');
    expect(card.text).not.toContain('thing 8');
    const later = await tap(stage, ANN, card, 'Later ›');
    expect(later.text).toContain('thing 8 <b>');
    expect((await tap(stage, ANN, later, '‹ Earlier')).text).toContain('thing 7 <b>');
  });

  it('opens from an id alone, as alerts carry it', async () => {
    const card = await first(stage, ANN, '/incidents');
    const data = `ic.${night.incident.id}`;
    const tapped = {
      ...card,
      reply_markup: { inline_keyboard: [[{ text: 'x', callback_data: data }]] },
    };
    stage.telegram.messages.set(`${card.chat.id}/${card.message_id}`, tapped);
    expect((await tap(stage, ANN, tapped, data)).text).toContain('Ann looks after it');
  });
});

describe('/operations', () => {
  it('opens a card with its steps, and why it failed', async () => {
    const list = await first(stage, OLGA, '/operations');
    const id = night.failed.id.slice(-8);
    const card = await tap(stage, OLGA, list, `❌ vps-1002 · ${id}`);
    for (const part of [
      ...['failed · took 3 min', 'by tg:11', '3 attempts', '✅ reserve the attempt · 10 sec'],
      ...['❌ open access by key · 10 sec · attempt 3', 'Reset the password at the provider.'],
    ]) {
      expect(card.text).toContain(part);
    }
    expect(labels(card)).toEqual(['↻ Refresh', 'Server', '‹ To the list']);
    expect((await tap(stage, OLGA, card, '‹ To the list')).text).toContain('Operations');
  });

  it('can be stopped where it runs, by who may', async () => {
    const label = `⏳ vps-1001 · ${night.operation.id.slice(-8)}`;
    const theirs = await tap(stage, IVAN, await first(stage, IVAN, '/operations'), label);
    expect(labels(theirs).join()).not.toContain('Остановить');
    const hers = await tap(stage, OLGA, await first(stage, OLGA, '/operations'), label);
    const stop = labels(hers).find((text) => text.startsWith('Stop')) ?? '';
    await stage.during(() => stage.telegram.tap(OLGA, hers, stop));
    expect(stage.operations[0]?.stopRequested).toBe('cancel');
    expect((await tap(stage, OLGA, hers, '↻ Refresh')).text).toContain('It is to stop');
  });

  it('pages, and shows those of one server', async () => {
    for (let n = 0; n < 20; n++) {
      const of = { serverHandle: 'vps-1003', serverId: night.fresh.id };
      stage.operations.push(chatOperation({ ...of, status: 'succeeded' }));
    }
    const list = await first(stage, IVAN, '/operations vps-1003');
    expect(list.text).toContain('1–8 из 20');
    const next = await tap(stage, IVAN, list, 'Дальше ›');
    expect(next.text).toContain('9–16 из 20');
    expect(next.text).not.toContain('vps-1002');
  });
});
