import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Approval } from '#domain/approval.ts';
import type { Notification } from '#domain/notification.ts';
import { uuid } from '#test/builders/chat-entities.ts';
import { ANN, type ChatStage, chatStage, EVE, IVAN, until } from '#test/builders/chat-stage.ts';
import { anApproval } from '#test/fakes/memory-fleet.ts';
import { outboxMessage } from '#test/fakes/memory-outbox.ts';

const OLGA = { id: 13, is_bot: false, first_name: 'Olga', language_code: 'en' } as const;

let stage: ChatStage;
beforeEach(async () => {
  stage = await chatStage({ [ANN.id]: 'owner', [OLGA.id]: 'operator', [IVAN.id]: 'viewer' });
  stage.start();
});
afterEach(async () => {
  await stage.close();
  expect(stage.telegram.problems).toEqual([]);
});

const asked = (over: Partial<Approval> = {}) =>
  stage.fleet.approvals.put(anApproval({ id: uuid(), ...over }));
const first = async (from: typeof ANN, text: string) => {
  const [message] = await stage.during(() => stage.telegram.say(from, text));
  if (!message) throw new Error('no answer');
  return message;
};
const tap = async (from: typeof ANN, message: Awaited<ReturnType<typeof first>>, button: string) =>
  stage.during(() => stage.telegram.tap(from, message, button));
const statusOf = async (id: string) => (await stage.fleet.approvals.find(id))?.status;

describe('approvals', () => {
  it('show all that there is to know, and who decided once that is stored', async () => {
    const { id } = asked({ effect: 'Reboots <vps-1001>', round: 2 });
    const card = await first(OLGA, '/approvals');
    for (const part of ['Reboots <vps-1001>', 'Why:', 'Lost:', 'Way back:', 'Until', '2. time']) {
      expect(card.text).toContain(part);
    }
    const [edited, ...more] = await tap(OLGA, card, 'Approve');
    expect(await statusOf(id)).toBe('approved');
    expect(edited?.message_id).toBe(card.message_id);
    expect(edited?.text).toMatch(/Approved by Olga, \d+ \w+, \d\d:\d\d UTC/);
    expect(edited?.reply_markup?.inline_keyboard ?? []).toEqual([]);
    expect(more).toEqual([]);
    expect(await stage.ask(ANN, '/approvals')).toContain('Nothing waits');
  });

  it('count one decision; the second one is told whose the first was', async () => {
    const { id } = asked();
    const mine = await first(ANN, '/approvals');
    const hers = await first(OLGA, '/approvals');
    await tap(OLGA, hers, 'Deny');
    const [edited, said] = await tap(ANN, mine, 'Approve');
    expect(await statusOf(id)).toBe('denied');
    expect(edited?.text).toContain('Denied by Olga');
    expect(said?.text).toContain('settled already');
  });

  it.each([
    ['Approve', 'approved', 'Deny'],
    ['Deny', 'denied', 'Approve'],
  ])(
    'take back no %s of one’s own: the other word is told that it is late',
    async (word, status, other) => {
      const { id } = asked();
      const card = await first(OLGA, '/approvals');
      const [again, otherwise] = [await first(OLGA, '/approvals'), await first(OLGA, '/approvals')];
      await tap(OLGA, card, word);
      const same = (await tap(OLGA, again, word)).map(({ text }) => text);
      expect(same.join()).not.toContain('settled already');
      expect((await tap(OLGA, otherwise, other)).at(-1)?.text).toContain('settled already');
      expect(await statusOf(id)).toBe(status);
    },
  );

  it('keep the buttons when the decision could not be stored', async () => {
    const { id } = asked();
    const card = await first(OLGA, '/approvals');
    const { decide } = stage.agent;
    let tries = 0;
    stage.agent.decide = async (...args) => {
      tries += 1;
      if (tries === 1) throw new Error('database away');
      return decide(...args);
    };
    const [said] = await tap(OLGA, card, 'Approve');
    expect([said?.text, await statusOf(id)]).toEqual([
      expect.stringContaining('tap again'),
      'open',
    ]);
    await tap(OLGA, card, 'Approve');
    expect([tries, await statusOf(id)]).toEqual([2, 'approved']);
  });

  it.each([
    ['expired', {}, 'Expired'],
    ['voided', { note: 'the server came <back>' }, 'No longer needed: the server came <back>'],
    ['used', { decidedBy: 'api:ci', decidedAt: new Date() }, 'Approved by api:ci'],
  ] as const)('say that they are %s, however late the tap', async (status, over, text) => {
    const open = asked();
    const card = await first(OLGA, '/approvals');
    stage.fleet.approvals.put({ ...open, ...over, status });
    const [edited, said] = await tap(OLGA, card, 'Approve');
    expect(edited?.text).toContain(text);
    expect(said?.text).toContain('changes nothing');
    expect(await statusOf(open.id)).toBe(status);
  });

  it('that wipe a disk need the owner; an operator may refuse', async () => {
    const { id } = asked({ tool: 'server_reinstall' });
    const card = await first(OLGA, '/approvals');
    const [said] = await tap(OLGA, card, 'Approve');
    expect(said?.text).toContain('only the owner may allow it');
    expect(await statusOf(id)).toBe('open');
    await tap(ANN, card, 'Approve');
    expect(await statusOf(id)).toBe('approved');
    const other = asked({ tool: 'server_reinstall' });
    await tap(OLGA, await first(OLGA, '/approvals'), 'Deny');
    expect(await statusOf(other.id)).toBe('denied');
  });

  it('are no business of viewers and strangers, whoever holds the card', async () => {
    const { id } = asked();
    const card = await first(OLGA, '/approvals');
    const shown = await first(IVAN, '/approvals');
    const offered = shown.reply_markup?.inline_keyboard?.flat().map((button) => button.text);
    expect(offered).toEqual(['Подробности']);
    const data = card.reply_markup?.inline_keyboard?.[0]?.[0]?.callback_data ?? '';
    await tap(IVAN, card, data);
    await tap(EVE, card, data);
    expect(await statusOf(id)).toBe('open');
  });

  it('show in detail what they rest on, and come back', async () => {
    const events = [
      { text: 'it does not answer <22>', data: {} },
      { text: 'evidence saved before reboot', data: { evidence: { uptime: 'up 3 days & load' } } },
    ].map((event, at) => ({ ...event, id: `e${at}`, at: new Date(), actor: 'agent' }));
    stage.deps.incidents.events = async () => events;
    const { hash } = asked({ facts: { ip: '192.0.2.7', provider: 'time4vps', failing: 'silent' } });
    const card = await first(IVAN, '/approvals');
    expect(card.text).toContain('Где: 192.0.2.7, time4vps');
    const [details] = await tap(IVAN, card, 'Подробности');
    expect(details?.message_id).toBe(card.message_id);
    for (const part of [
      ...['server_reboot', '{"rung":"reboot"}', 'failing: silent', hash],
      ...['it does not answer <22>', 'Улики, uptime:', 'up 3 days & load'],
    ]) {
      expect(details?.text).toContain(part);
    }
    const [back] = details ? await tap(IVAN, details, '‹ Назад') : [];
    expect(back?.text).toBe(card.text);
  });

  it('are put in the words of the reader, with where it is', async () => {
    asked({ tool: 'server_reinstall', arguments: { rung: 'reinstall' }, effect: 'Reinstall it' });
    const card = await first(IVAN, '/approvals');
    expect(card.text).toContain('Переустановить операционную систему vps-1001');
    expect(card.text).toContain('ВСЁ на его диске');
    expect(card.text).not.toContain('Reinstall it');
    expect((await first(OLGA, '/approvals')).text).toContain('Reinstall it');
  });

  it('keep their details within one message, whatever was saved', async () => {
    const evidence = Object.fromEntries(
      Array.from({ length: 30 }, (_, n) => [`part${n}`, '<&>\n'.repeat(2000)]),
    );
    const event = { id: 'e', at: new Date(), actor: 'agent', text: 'x'.repeat(3000) };
    stage.deps.incidents.events = async () => Array(40).fill({ ...event, data: { evidence } });
    asked();
    const [details] = await tap(OLGA, await first(OLGA, '/approvals'), 'Details');
    expect(details?.text).toContain('… 32 earlier lines');
    expect(details?.text.endsWith('…')).toBe(true);
  });

  it('arrive as an alert whose buttons work', async () => {
    await until(() => stage.service?.health().state === 'polling');
    const { id, effect } = asked();
    const notification: Notification = {
      ...{ dedupeKey: 'k', severity: 'warning', kind: 'approval_needed', operationId: null },
      ...{ serverHandle: 'vps-1001', params: { approval: id, effect, round: 1 } },
    };
    const receiver = { chatId: BigInt(OLGA.id), threadId: 0 };
    const row = outboxMessage(notification, receiver);
    await stage.service?.tell([row], new AbortController().signal);
    const card = stage.telegram.screen(OLGA.id).at(-1);
    expect(card?.text).toContain(effect);
    if (card) await tap(OLGA, card, 'Deny');
    expect(await statusOf(id)).toBe('denied');
  });
});

describe('the switch', () => {
  it('freezes at a word and re-arms at a confirmed one', async () => {
    expect(await stage.ask(OLGA, '/freeze racks are moved')).toContain('racks are moved');
    expect(stage.fleet.state).toMatchObject({ frozenBy: 'tg:13', frozenReason: 'racks are moved' });
    expect(await stage.ask(IVAN, '/status')).toContain('остановлены');
    const card = await first(ANN, '/rearm');
    expect(card.text).toContain('first one server, then two');
    expect(stage.fleet.state.frozenAt).not.toBeNull();
    const [edited] = await tap(ANN, card, 'Yes, re-arm');
    expect(edited?.text).toContain('Re-armed by Ann');
    expect(stage.fleet.state.frozenAt).toBeNull();
    expect(await stage.ask(ANN, '/rearm')).toContain('Automatic action is on');
  });

  it('is left alone by a change of mind, and by people without the role', async () => {
    await stage.ask(ANN, '/freeze');
    await tap(ANN, await first(ANN, '/rearm'), 'Leave it');
    expect(await stage.ask(IVAN, '/rearm')).toContain('оператор');
    expect(stage.fleet.state.frozenReason).toBe('by a word in the chat');
  });

  it('takes no old word for a new stop', async () => {
    stage.fleet.state = { ...stage.fleet.state, breakerOpenAt: new Date(1_000) };
    const card = await first(ANN, '/rearm');
    stage.fleet.state = { ...stage.fleet.state, breakerOpenAt: new Date(2_000) };
    const [again] = await tap(ANN, card, 'Yes, re-arm');
    expect(again?.text).toContain('Nothing was done');
    expect(stage.fleet.state.breakerOpenAt).not.toBeNull();
    if (again) await tap(ANN, again, 'Yes, re-arm');
    expect(stage.fleet.state.breakerOpenAt).toBeNull();
  });

  it('shows breaker and blindness, which no word can lift', async () => {
    stage.fleet.state = { ...stage.fleet.state, blindSince: new Date() };
    expect(await stage.ask(ANN, '/rearm')).toContain('My own network does not answer');
    const breaker = { breakerOpenAt: new Date(), breakerReason: '40 of 50 <servers>' };
    stage.fleet.state = { ...stage.fleet.state, ...breaker };
    const text = await stage.ask(ANN, '/status');
    expect(text).toContain('40 of 50 <servers>');
    expect(text).toContain('My own network does not answer');
    expect(text).toContain('/rearm');
  });
});
