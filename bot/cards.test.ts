import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Incident } from '#domain/incident.ts';
import type { Receiver } from '#domain/notification.ts';
import type { Operation } from '#domain/operation.ts';
import { chatIncident, chatOperation } from '#test/builders/chat-entities.ts';
import { ANN, type ChatStage, chatStage, IVAN, until } from '#test/builders/chat-stage.ts';
import { anApproval } from '#test/fakes/memory-fleet.ts';
import { outboxMessage } from '#test/fakes/memory-outbox.ts';
import { createCardKeeper } from './cards.ts';

const OLGA = { id: 13, is_bot: false, first_name: 'Olga', language_code: 'en' } as const;
const of = ({ id }: { id: number }): Receiver => ({ chatId: BigInt(id), threadId: 0 });
const never = new AbortController().signal;

let stage: ChatStage;
let keeper: ReturnType<typeof createCardKeeper>;
beforeEach(async () => {
  stage = await chatStage({ [ANN.id]: 'owner', [OLGA.id]: 'operator', [IVAN.id]: 'viewer' });
  stage.start();
  await until(() => stage.service?.health().state === 'polling');
  keeper = createCardKeeper({
    ...{ ...stage.deps, transport: stage.transport, cards: stage.follow.cards },
    ...{ leases: stage.leases, clock: stage.pace, log: stage.log },
  });
});
afterEach(async () => {
  await stage.close();
  expect(stage.telegram.problems).toEqual([]);
});

/** So much later each chat may be edited again. */
const later = (milliseconds = 3000) => stage.pace.advance(milliseconds);
const turn = async () => {
  later();
  await keeper.turn(never);
};
const shown = (who: { id: number }) => stage.telegram.screen(who.id).at(-1);
const calls = (method: string) => stage.telegram.calls.filter((call) => call.method === method);

async function opened(...whom: readonly { id: number }[]): Promise<Incident> {
  const incident = chatIncident();
  stage.incidents.push(incident);
  for (const who of whom) {
    const params = { type: incident.type, incident: incident.id };
    const note = { dedupeKey: 'k', severity: 'critical', kind: 'incident_opened', params } as const;
    const row = outboxMessage({ ...note, serverHandle: 'vps-1001', operationId: null }, of(who));
    await stage.service?.tell([row], never);
  }
  return incident;
}
const becomes = <T extends { id: string }>(rows: T[], id: string, over: Partial<T>) => {
  const at = rows.findIndex((row) => row.id === id);
  const before = rows[at];
  if (before) rows[at] = { ...before, ...over };
};
function ordered(over: Partial<Operation> & { notBefore?: Date } = {}): Operation {
  const operation = chatOperation({ requestedBy: `tg:${ANN.id}`, ...over });
  stage.operations.push(operation);
  stage.follow.rows.shown.ordered = [{ operationId: operation.id, receiver: of(ANN) }];
  return operation;
}

describe('cards of an incident', () => {
  it('follow in every chat what is done in one', async () => {
    const incident = await opened(ANN, OLGA, IVAN);
    const card = shown(OLGA);
    if (!card) throw new Error('no card');
    await stage.during(() => stage.telegram.tap(OLGA, card, 'Take vps-1001'));
    await turn();
    expect(shown(ANN)?.text).toContain('👤 taken by Olga');
    expect(
      shown(ANN)
        ?.reply_markup?.inline_keyboard?.flat()
        .map(({ text }) => text),
    ).toEqual(['Mute 1 h']);
    expect(shown(IVAN)?.text).toContain('Olga');
    stage.follow.rows.rungs.push({
      ...{ id: 'r', incidentId: incident.id, operationId: 'o', serverHandle: 'vps-1001' },
      ...{ rung: 'reboot', permit: 'auto', outcome: 'running', reason: '' },
      ...{ startedAt: new Date(incident.failedAt.getTime() + 120_000), finishedAt: null },
    });
    becomes(stage.incidents, incident.id, { status: 'recovering' });
    await turn();
    expect(shown(ANN)?.text).toContain('• after 2 min: reboot (under way)\n⏳ Being recovered.');
    const resolvedAt = new Date(incident.failedAt.getTime() + 240_000);
    becomes(stage.incidents, incident.id, { status: 'resolved', resolvedAt });
    await turn();
    expect(shown(ANN)?.text).toMatch(/^✅ vps-1001: does not answer[\s\S]*✅ Over after 4 min\./);
    expect(shown(ANN)?.reply_markup?.inline_keyboard).toEqual([]);
    expect(stage.follow.rows.cards.every(({ closed }) => closed)).toBe(true);
    // Edits are no messages: each chat has its card, and Olga the word that she took it.
    expect([ANN, OLGA, IVAN].map(({ id }) => stage.telegram.screen(id).length)).toEqual([1, 2, 1]);
  });

  it('are not touched while nothing changes', async () => {
    await opened(ANN);
    for (let n = 0; n < 5; n++) await turn();
    expect(calls('editMessageText')).toEqual([]);
  });

  it('are edited every three seconds at most, and skipped while the chat is busy', async () => {
    const incident = await opened(ANN);
    const take = (takenBy: string | null) => becomes(stage.incidents, incident.id, { takenBy });
    await turn();
    for (const who of ['tg:13', 'tg:12', 'tg:11', null]) {
      take(who);
      later(1000);
      await keeper.turn(never);
    }
    expect(calls('editMessageText')).toHaveLength(2);
    // Telegram asks this chat for silence: nothing is queued up behind it.
    const error = {
      error_code: 429,
      description: 'Too Many Requests',
      parameters: { retry_after: 9 },
    };
    stage.telegram.fault({ kind: 'refuse', method: 'editMessageText', times: 1, error });
    take('tg:13');
    await turn();
    await turn();
    expect(shown(ANN)?.text).not.toContain('taken by');
    later(9000);
    await turn();
    expect(shown(ANN)?.text).toContain('taken by tg:13');
  });

  it('show nothing more to who has no role any more', async () => {
    const incident = await opened(ANN, IVAN);
    stage.users.delete(BigInt(IVAN.id));
    becomes(stage.incidents, incident.id, { takenBy: 'tg:13' });
    await turn();
    expect(shown(ANN)?.text).toContain('taken by');
    expect(shown(IVAN)?.text).not.toContain('taken by');
    expect(stage.follow.rows.cards).toHaveLength(1);
  });

  it('are forgotten when people deleted them', async () => {
    const incident = await opened(ANN);
    stage.telegram.remove(ANN.id, shown(ANN)?.message_id ?? 0);
    becomes(stage.incidents, incident.id, { takenBy: 'tg:13' });
    await turn();
    expect(stage.telegram.screen(ANN.id)).toEqual([]);
    expect(stage.follow.rows.cards).toEqual([]);
  });
});

describe('cards of questions', () => {
  it('lose their buttons everywhere once it is decided, expired or void', async () => {
    const asked = stage.fleet.approvals.put(anApproval());
    for (const who of [ANN, OLGA]) {
      const note = { dedupeKey: 'k', severity: 'warning', kind: 'approval_needed' } as const;
      const about = { serverHandle: 'vps-1001', operationId: null, params: { approval: asked.id } };
      await stage.service?.tell([outboxMessage({ ...note, ...about }, of(who))], never);
    }
    const card = shown(OLGA);
    if (!card) throw new Error('no card');
    await stage.during(() => stage.telegram.tap(OLGA, card, 'Deny'));
    await turn();
    expect(shown(ANN)?.text).toContain('Denied by Olga');
    expect(shown(ANN)?.reply_markup?.inline_keyboard).toEqual([]);
    expect(stage.follow.rows.cards.every(({ closed }) => closed)).toBe(true);
  });
});

describe('the message of an operation', () => {
  it('is there once it was ordered, counts down, and shows how it goes', async () => {
    const notBefore = new Date(stage.clock.now().getTime() + 30_000);
    const operation = ordered({ notBefore });
    await turn();
    expect(shown(ANN)?.text).toMatch(/^🕓 .*preparing vps-1001|^🕓 .*vps-1001/);
    expect(shown(ANN)?.text).toContain('⏱ Begins in ');
    expect(shown(ANN)?.reply_markup?.inline_keyboard?.flat()[0]?.callback_data).toBe(
      `op.c.${operation.id}`,
    );
    expect(calls('sendMessage').at(-1)?.payload.disable_notification).toBe(true);
    stage.follow.rows.shown.progress = {
      steps: [
        { id: 'a', title: 'Read <facts>', status: 'done' },
        { id: 'b', title: 'Open access', status: 'started' },
      ],
      task: 'Install Docker',
    };
    becomes(stage.operations, operation.id, {
      ...{
        status: 'running',
        percent: 50,
        startedAt: new Date(stage.clock.now().getTime() - 65_000),
      },
    });
    await turn();
    expect(shown(ANN)?.text.split('\n').slice(1, 5)).toEqual([
      '██████░░░░░░ 50 %',
      '✔️ Read <facts>',
      '▶️ Open access',
      '      Install Docker',
    ]);
    expect(shown(ANN)?.text).toContain('Running for 1 min.');
    expect(stage.telegram.screen(ANN.id)).toHaveLength(1);
  });

  it('ends in its last state, with the reason and what to do next, whatever Telegram says', async () => {
    const operation = ordered({ status: 'running' });
    await turn();
    const error = { code: 'login_refused', message: 'no', hint: 'Reset it.', step: 'open-access' };
    becomes(stage.operations, operation.id, {
      ...{ status: 'failed', finishedAt: new Date(), startedAt: new Date(Date.now() - 1000) },
      error: { ...error, code: 'login_refused' },
    });
    const away = { error_code: 502, description: 'Bad Gateway' };
    stage.telegram.fault({ kind: 'refuse', method: 'editMessageText', times: 2, error: away });
    const flood = { error_code: 429, description: 'Too Many', parameters: { retry_after: 20 } };
    for (let n = 0; n < 2; n++) await turn();
    stage.telegram.fault({ kind: 'refuse', method: 'editMessageText', times: 1, error: flood });
    await turn();
    expect(shown(ANN)?.text).toMatch(/^⏳/);
    later(20_000);
    await turn();
    expect(shown(ANN)?.text).toMatch(
      /^❌[\s\S]*The server refused the login\.\nStep: open access by key\.\nno\nReset it\./,
    );
    const buttons = shown(ANN)?.reply_markup?.inline_keyboard?.flat();
    expect(buttons?.map((button) => button.callback_data)).toEqual([
      `do.provision.${operation.serverId}`,
      `sv.${operation.serverId}`,
    ]);
    expect(stage.follow.rows.cards).toMatchObject([{ closed: true }]);
  });

  it('that people deleted is said once more at the end, and not before', async () => {
    const operation = ordered({ status: 'running' });
    await turn();
    stage.telegram.remove(ANN.id, shown(ANN)?.message_id ?? 0);
    for (const percent of [10, 20, 30]) {
      becomes(stage.operations, operation.id, { percent });
      await turn();
    }
    expect(stage.telegram.screen(ANN.id)).toEqual([]);
    becomes(stage.operations, operation.id, { status: 'succeeded', percent: 100 });
    for (let n = 0; n < 3; n++) await turn();
    expect(stage.telegram.screen(ANN.id).map((m) => m.text.split('\n')[0])).toEqual([
      expect.stringMatching(/^✅/),
    ]);
  });

  it('is not tried again and again where the chat cannot be reached', async () => {
    ordered();
    const error = { error_code: 403, description: 'Forbidden: bot was blocked by the user' };
    stage.telegram.fault({ kind: 'refuse', method: 'sendMessage', error });
    for (let n = 0; n < 3; n++) await turn();
    expect(calls('sendMessage')).toHaveLength(1);
  });
});

describe('the keeper', () => {
  it('works while it holds the lease, and through the absence of the database', async () => {
    const incident = await opened(ANN);
    becomes(stage.incidents, incident.id, { takenBy: 'tg:13' });
    later();
    const { cards } = stage.follow;
    let failures = 2;
    const flaky = {
      ...cards,
      open: (limit: number) =>
        failures-- > 0 ? Promise.reject(new Error('database away')) : cards.open(limit),
    };
    let held = 0;
    const leases = {
      async take(resource: string) {
        // Another process has it at first.
        if (++held < 3) return null;
        return { resource, fence: 1, signal: never, release: async () => {} };
      },
    };
    const { clock, log, deps, transport } = stage;
    const stop = new AbortController();
    const running = createCardKeeper({ ...deps, transport, cards: flaky, leases, clock, log }).run(
      stop.signal,
    );
    await until(() => shown(ANN)?.text.includes('taken by tg:13') === true);
    stop.abort();
    await running;
    expect(held).toBe(3);
  });
});
