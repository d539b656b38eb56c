import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Notification } from '#domain/notification.ts';
import { chatIncident, chatServer } from '#test/builders/chat-entities.ts';
import { ANN, type ChatStage, chatStage, IVAN, until } from '#test/builders/chat-stage.ts';
import { outboxMessage } from '#test/fakes/memory-outbox.ts';
import { secondsOf } from './orders/window.ts';

const OLGA = { id: 13, is_bot: false, first_name: 'Olga', language_code: 'en' } as const;

let stage: ChatStage;
beforeEach(async () => {
  stage = await chatStage({ [ANN.id]: 'owner', [OLGA.id]: 'operator', [IVAN.id]: 'viewer' });
  stage.servers.push(chatServer('vps-1001'), chatServer('vps-1002'));
  stage.start();
});
afterEach(async () => {
  await stage.close();
  expect(stage.telegram.problems).toEqual([]);
});
const first = async (from: typeof ANN, text: string) => {
  const [message] = await stage.during(() => stage.telegram.say(from, text));
  if (!message) throw new Error('no answer');
  return message;
};

describe('/incidents', () => {
  it('are given to who takes them, from the card', async () => {
    stage.incidents.push(chatIncident({ status: 'recovering' }));
    const list = await first(OLGA, '/incidents');
    const [card] = await stage.during(() => stage.telegram.tap(OLGA, list, '⏳ vps-1001'));
    const others = await first(ANN, '/incidents');
    const [same] = await stage.during(() => stage.telegram.tap(ANN, others, '⏳ vps-1001'));
    if (!card || !same) throw new Error('no card');
    const edits = await stage.during(() => stage.telegram.tap(OLGA, card, 'Take vps-1001'));
    expect(stage.incidents[0]?.takenBy).toBe('tg:13');
    expect(edits.map((m) => m.text).join('\n')).toContain('vps-1001: Olga looks after it');
    const redrawn = edits.find((m) => m.message_id === list.message_id);
    expect(redrawn?.text).toContain('taken by Olga');
    expect(JSON.stringify(redrawn?.reply_markup)).not.toContain('Take vps-1001');
    const said = await stage.during(() => stage.telegram.tap(ANN, same, 'Take vps-1001'));
    expect(said.map((m) => m.text).join('\n')).toContain('Olga looks after it already');
    expect(stage.incidents[0]?.takenBy).toBe('tg:13');
  });

  it('turns an alert into a card of who took it, and says what is over', async () => {
    const incident = chatIncident({ details: 'a <b> & c', affectedServices: ['web'] });
    stage.incidents.push(incident);
    await until(() => stage.service?.health().state === 'polling');
    const told = async ({ id }: typeof ANN) => {
      const notification: Notification = {
        ...{ dedupeKey: 'k', severity: 'critical', kind: 'incident_opened', operationId: null },
        ...{ serverHandle: 'vps-1001', params: { type: incident.type, incident: incident.id } },
      };
      const row = outboxMessage(notification, { chatId: BigInt(id), threadId: 0 });
      await stage.service?.tell([row], new AbortController().signal);
      const [alert] = stage.telegram.screen(id).slice(-1);
      if (!alert) throw new Error('nothing arrived');
      return alert;
    };
    const [alert, others] = [await told(OLGA), await told(ANN)];
    const data = 'Take vps-1001';
    const edits = await stage.during(() => stage.telegram.tap(OLGA, alert, data));
    const card = edits.find((m) => m.message_id === alert.message_id);
    expect(card?.text).toContain('a <b> & c');
    expect(card?.text).toContain('taken by Olga');
    expect(card?.text).toContain('Services on it: web');
    const open = stage.incidents[0];
    if (open) stage.incidents[0] = { ...open, status: 'resolved' };
    const [said] = await stage.during(() => stage.telegram.tap(ANN, others, data));
    expect(said?.text).toContain('over');
  });
});

describe('/maint', () => {
  it('opens a window and ends it by its button', async () => {
    const card = await first(OLGA, '/maint vps-1001 2h new disk');
    expect(card.text).toContain('vps-1001: maintenance until');
    const [window] = await stage.maintenance.list({});
    expect(window).toMatchObject({
      ...{ scope: 'server', target: 'vps-1001', reason: 'new disk', createdBy: 'tg:13' },
    });
    expect(window && window.until.getTime() - window.from.getTime()).toBe(7_200_000);
    expect(await stage.ask(OLGA, '/maint')).toContain('new disk');
    const [said] = await stage.during(() => stage.telegram.tap(ANN, card, 'End now: vps-1001'));
    expect(said?.text).toContain('maintenance has ended');
    const [again] = await stage.during(() => stage.telegram.tap(ANN, card, 'End now: vps-1001'));
    expect(again?.text).toContain('over already');
    expect(await stage.ask(OLGA, '/maint')).toContain('No maintenance window');
  });

  it('opens one window when the same message comes twice', async () => {
    const message = stage.telegram.say(OLGA, '/maint vps-1001 2h x');
    await stage.settled();
    await stage.during(() => stage.telegram.push({ message: { ...message } }));
    expect(await stage.maintenance.list({})).toHaveLength(1);
  });

  it('says how it is written', async () => {
    for (const text of ['/maint vps-1001', '/maint vps-1001 soon', '/maint vps-1001 91d x']) {
      expect(await stage.ask(OLGA, text)).toContain('/maint vps-1 2h disk');
    }
    expect(await stage.ask(OLGA, '/maint vps-9 2h')).toContain('I know no server');
    expect(await stage.ask(IVAN, '/maint vps-1001 2h')).toContain('оператор');
    expect(await stage.maintenance.list({})).toEqual([]);
  });

  it.each([
    ['30m', 1800],
    ['2H', 7200],
    ['1d', 86_400],
    ['2ч', 7200],
    ['0m', null],
    ['2', null],
    ['2hours', null],
    ['', null],
  ])('reads %s', (word, seconds) => {
    expect(secondsOf(word)).toBe(seconds);
  });
});
