import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Notification, Receiver } from '#domain/notification.ts';
import { chatIncident, chatOperation } from '#test/builders/chat-entities.ts';
import { ANN, type ChatStage, chatStage, IVAN, until } from '#test/builders/chat-stage.ts';
import { anApproval } from '#test/fakes/memory-fleet.ts';
import { outboxMessage } from '#test/fakes/memory-outbox.ts';

const me: Receiver = { chatId: BigInt(ANN.id), threadId: 0 };
const TOPIC: Receiver = { chatId: -1001n, threadId: 7 };
const never = new AbortController().signal;

let stage: ChatStage;
beforeEach(async () => {
  stage = await chatStage({ [ANN.id]: 'owner', [IVAN.id]: 'viewer' });
  stage.start();
  await until(() => stage.service?.health().state === 'polling');
});
afterEach(async () => {
  await stage.close();
  expect(stage.telegram.problems).toEqual([]);
});

const tell = (notes: readonly Notification[], receiver = me) => {
  if (!stage.service) throw new Error('not started');
  return stage.service.tell(
    notes.map((note) => outboxMessage(note, receiver)),
    never,
  );
};
const note = (kind: Notification['kind'], over: Partial<Notification> = {}): Notification => ({
  ...{ dedupeKey: 'k', severity: 'critical', kind, params: {} },
  ...{ serverHandle: 'vps-1001', operationId: null, ...over },
});
const about = (incident: { id: string }, kind: Notification['kind'], over = {}) =>
  note(kind, { params: { type: 'server_unreachable', incident: incident.id }, ...over });
const screen = ({ chatId } = me) => stage.telegram.screen(Number(chatId));
const sends = () => stage.telegram.calls.filter(({ method }) => method === 'sendMessage');
const anIncident = (over = {}) => {
  const incident = chatIncident(over);
  stage.incidents.push(incident);
  return incident;
};

describe('an incident in a chat', () => {
  it('is a card, and what needs people answers it', async () => {
    const incident = anIncident({ affectedServices: ['web'] });
    stage.follow.rows.shown.mode = 'ask';
    await tell([about(incident, 'incident_opened')]);
    const [card] = screen();
    expect(card?.text).toMatch(/^🚨 vps-1001: does not answer\.\nno answer on port 22\nSince /);
    expect(card?.text).toContain('I ask before I do anything.');
    const buttons = card?.reply_markup?.inline_keyboard?.flat().map(({ text }) => text);
    expect(buttons).toEqual(['Take vps-1001', 'Mute 1 h']);
    await tell([about(incident, 'incident_failed')]);
    await tell([about(incident, 'incident_resolved', { severity: 'success' })]);
    const answers = screen().slice(1);
    expect(answers.map((m) => m.reply_to_message?.message_id)).toEqual(
      Array(2).fill(card?.message_id),
    );
    expect(stage.follow.rows.cards).toMatchObject([
      { subject: 'incident', subjectId: incident.id, messageId: card?.message_id },
    ]);
  });

  it('comes back as an answer to its card, which opens again', async () => {
    const incident = anIncident();
    await tell([about(incident, 'incident_opened')]);
    const [card] = stage.follow.rows.cards;
    await stage.follow.cards.redrawn(card?.id ?? '', 'over', true);
    await tell([about(incident, 'incident_opened')]);
    expect(screen()).toHaveLength(2);
    expect(screen()[1]?.reply_to_message?.message_id).toBe(card?.messageId);
    expect(stage.follow.rows.cards).toMatchObject([{ closed: false, shown: '' }]);
  });

  it('gets a new card when people deleted it, at the next loud word', async () => {
    const incident = anIncident();
    await tell([about(incident, 'incident_opened')]);
    const [card] = screen();
    stage.telegram.remove(ANN.id, card?.message_id ?? 0);
    await tell([about(incident, 'incident_failed')]);
    const [said, anew] = screen();
    expect(said?.reply_to_message).toBeUndefined();
    expect(anew?.text).toMatch(/^🚨 vps-1001: does not answer/);
    expect(stage.follow.rows.cards).toMatchObject([{ messageId: anew?.message_id }]);
    expect(sends().at(-1)?.payload.disable_notification).toBe(true);
    // What is over needs no new card.
    stage.telegram.remove(ANN.id, anew?.message_id ?? 0);
    await tell([about(incident, 'incident_resolved', { severity: 'success' })]);
    expect(screen()).toHaveLength(2);
    expect(stage.follow.rows.cards).toEqual([]);
  });

  it('shows viewers no buttons, and is told in their language', async () => {
    const incident = anIncident();
    await stage.ask(IVAN, '/start');
    const ivan = { chatId: BigInt(IVAN.id), threadId: 0 };
    await tell([about(incident, 'incident_opened')], ivan);
    const card = screen(ivan).at(-1);
    expect(card?.text).toContain('не отвечает');
    expect(card?.reply_markup).toBeUndefined();
  });

  it('is told as the event says where its row is gone', async () => {
    await tell([about({ id: '01930000-0000-7000-8000-00000000dead' }, 'incident_opened')]);
    expect(screen()[0]?.text).toBe('🚨 vps-1001: does not answer.');
    expect(stage.follow.rows.cards).toEqual([]);
  });
});

describe('the sound', () => {
  const silent = () => sends().map(({ payload }) => payload.disable_notification === true);

  it('is off in quiet hours, below critical', async () => {
    const now = stage.clock.now();
    const minutes = now.getUTCHours() * 60 + now.getUTCMinutes();
    const quiet = { from: (minutes + 1430) % 1440, until: (minutes + 10) % 1440 };
    stage.follow.choose(me, { quiet });
    await tell([note('server_missing', { severity: 'warning' })]);
    await tell([note('mass_failure')]);
    stage.follow.choose(me, { quiet, timeZone: 'Asia/Tokyo' });
    await tell([note('server_missing', { severity: 'warning' })]);
    expect(silent()).toEqual([true, false, false]);
  });

  it('is off for one incident in the chat that muted it, until the hour is over', async () => {
    const incident = anIncident({ severity: 'error' });
    const opened = about(incident, 'incident_opened', { severity: 'error' });
    await tell([opened]);
    await tell([opened], TOPIC);
    const [card] = screen();
    if (!card) throw new Error('no card');
    const edits = await stage.during(() => stage.telegram.tap(ANN, card, 'Mute 1 h'));
    expect(edits.at(-1)?.text).toContain('🔕 Without a sound here until');
    expect(edits.at(-1)?.reply_markup?.inline_keyboard).toHaveLength(1);
    const word = about(incident, 'approval_needed', { severity: 'warning' });
    await tell([word]);
    await tell([word], TOPIC);
    stage.clock.shift += 3_601_000;
    await tell([word]);
    expect(silent()).toEqual([false, false, true, false, false]);
  });
});

describe('operations and questions', () => {
  it('have one message, whatever begins', async () => {
    const operation = chatOperation({ status: 'running', percent: 40 });
    stage.operations.push(operation);
    const started = note('provisioning_started', { severity: 'info', operationId: operation.id });
    await tell([started]);
    await tell([started]);
    expect(screen()).toHaveLength(1);
    expect(screen()[0]?.text).toContain('40 %');
    await tell([note('server_ready', { severity: 'success', operationId: operation.id })]);
    expect(screen()[1]).toMatchObject({
      ...{ text: '✅ vps-1001 is ready.' },
      reply_to_message: { message_id: screen()[0]?.message_id },
    });
  });

  it('stand as cards that answer the incident', async () => {
    const incident = anIncident();
    await tell([about(incident, 'incident_opened')]);
    const asked = stage.fleet.approvals.put(anApproval({ incidentId: incident.id }));
    const params = { approval: asked.id, incident: incident.id };
    await tell([note('approval_needed', { severity: 'warning', params })]);
    const [card, question] = screen();
    expect(question?.text).toContain(asked.effect);
    expect(question?.reply_to_message?.message_id).toBe(card?.message_id);
    expect(stage.follow.rows.cards.map(({ subject }) => subject)).toEqual(['incident', 'approval']);
  });
});

describe('groups and topics', () => {
  it('are told in their topic, with buttons', async () => {
    const incident = anIncident();
    await tell([about(incident, 'incident_opened')], TOPIC);
    const [card] = screen(TOPIC);
    expect(card).toMatchObject({ message_thread_id: 7, chat: { id: -1001 } });
    expect(card?.reply_markup?.inline_keyboard).toHaveLength(2);
  });

  it('are told in general when the topic is closed or gone', async () => {
    const error = { error_code: 400, description: 'Bad Request: message thread not found' };
    stage.telegram.fault({ kind: 'refuse', method: 'sendMessage', times: 1, error });
    expect(await tell([note('mass_failure')], TOPIC)).toMatchObject({ status: 'sent' });
    const [said] = screen(TOPIC);
    expect(said?.message_thread_id).toBeUndefined();
    expect(said?.text).toMatch(
      /^ℹ️ The topic is closed or gone, so I say it here:\n🚨 Many servers/,
    );
  });

  it('that moved are told again, once everything that names them has followed', async () => {
    const moved: [bigint, bigint][] = [];
    const { createTell } = await import('./tell.ts');
    const migrate = async (from: bigint, to: bigint) => void moved.push([from, to]);
    const told = createTell({ ...stage.deps, transport: stage.transport, migrate });
    const error = {
      ...{
        error_code: 400,
        description: 'Bad Request: group chat was upgraded to a supergroup chat',
      },
      parameters: { migrate_to_chat_id: -1009 },
    };
    // Twice: the transport follows a group that moved by itself, once.
    stage.telegram.fault({ kind: 'refuse', method: 'sendMessage', times: 2, error });
    const group = { chatId: -5n, threadId: 0 };
    expect(await told([outboxMessage(note('mass_failure'), group)], never)).toMatchObject({
      ...{ status: 'later', retryAfterMs: 0 },
    });
    expect(moved).toEqual([[-5n, -1009n]]);
  });
});

describe('who cannot be told', () => {
  it('is let go: without a role, or with the bot blocked; others are not touched', async () => {
    stage.users.delete(BigInt(IVAN.id));
    const gone = { chatId: BigInt(IVAN.id), threadId: 0 };
    expect(await tell([note('mass_failure')], gone)).toMatchObject({ status: 'gone' });
    for (const error of [
      { error_code: 403, description: 'Forbidden: bot was blocked by the user' },
      { error_code: 400, description: 'Bad Request: chat not found' },
    ]) {
      stage.telegram.fault({
        kind: 'refuse',
        method: 'sendMessage',
        chatId: ANN.id,
        times: 1,
        error,
      });
      expect(await tell([note('mass_failure')])).toMatchObject({ status: 'gone' });
    }
    expect(await tell([note('mass_failure')])).toMatchObject({ status: 'sent' });
    expect(sends()).toHaveLength(3);
  });
});

describe('many at once', () => {
  it('are one message by kind, with what waits for a word', async () => {
    const many = [
      ...Array.from({ length: 14 }, (_, n) =>
        note('server_missing', { severity: 'warning', serverHandle: `vps-${n}` }),
      ),
      note('input_needed', { severity: 'warning', serverHandle: 'vps-<b>' }),
      note('server_ready', { severity: 'success' }),
      note('provider_back', { severity: 'success', serverHandle: null, params: { provider: 'x' } }),
    ];
    await tell(many);
    const [said, more] = screen();
    expect(more).toBeUndefined();
    expect(said?.text.split('\n')).toEqual([
      '17 more:',
      '⚠️ 1 × waits for an answer: vps-<b>',
      `⚠️ 14 × not listed any more: ${Array.from({ length: 12 }, (_, n) => `vps-${n}`).join(', ')} … and 2 more`,
      '✅ 1 × API answers again: x',
      '✅ 1 × ready: vps-1001',
      '✋ Some of it waits for you: /approvals, /answer',
    ]);
  });
});
