import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createCardKeeper } from '#bot/cards.ts';
import { createTell } from '#bot/tell.ts';
import { createTelegramTransport } from '#bot/transport.ts';
import { Secret } from '#domain/secret.ts';
import { startTelegramServer } from '#simulators/telegram/server.ts';
import { anIncident } from '#test/builders/a-recovery.ts';
import { anOperation, aTakenOperation } from '#test/builders/an-operation.ts';
import { type TestRepositories, testRepositories } from '#test/builders/repositories.ts';
import { swiftClock } from '#test/fakes/swift-clock.ts';
import { telegramSpec } from '#test/support/telegram-spec.ts';
import { createOutbox } from './outbox.ts';

// The whole way from a row to a chat: PostgreSQL, two processes, Telegram's HTTP API.
const never = new AbortController().signal;
const OPS = { chatId: -1001n, threadId: 0 };
const leases = { take: async () => null };

let stage: TestRepositories;
let telegram: Awaited<ReturnType<typeof startTelegramServer>>;
let pace: ReturnType<typeof swiftClock>;
beforeEach(async () => {
  stage = await testRepositories();
  pace = swiftClock();
  const validate = telegramSpec();
  telegram = await startTelegramServer({
    now: () => pace.now().getTime(),
    ...(validate && { validate }),
  });
  for (const [id, role] of [
    [1, 'owner'],
    [2, 'operator'],
  ] as const) {
    await stage.repositories.users.upsert({
      ...{ telegramId: BigInt(id), username: `u${id}`, firstName: null, lastName: null },
      ...{ languageCode: 'en', seen: true, role },
    });
  }
});
afterEach(async () => {
  expect(telegram.problems).toEqual([]);
  await telegram.close();
  await stage.close();
});

/** One process of the bot: they share the database, Telegram, and nothing else. */
function aProcess(over: { dies?: boolean; perHour?: number } = {}) {
  const { log, repositories } = stage;
  const transport = createTelegramTransport({
    ...{ token: new Secret(telegram.token), apiRoot: telegram.apiRoot, clock: pace, log },
  });
  const deps = { ...repositories, transport, clock: pace, log };
  const tell = createTell(deps);
  const outbox = createOutbox({
    ...{ tell, clock: pace, log, ...(over.perHour && { perHour: over.perHour }) },
    outbox: over.dies
      ? { ...repositories.outbox, sent: () => new Promise(() => undefined) }
      : repositories.outbox,
  });
  return { outbox, keeper: createCardKeeper({ ...deps, leases }) };
}
const deliver = async ({ outbox }: ReturnType<typeof aProcess>) => {
  while ((await outbox.flush(never)) > 0);
};
const screen = (id: number) => telegram.screen(id).map(({ text }) => text.split('\n')[0]);
const stringContaining = (text: string) => expect.stringContaining(text);

async function opened() {
  const { incident, server } = await anIncident(stage.repositories);
  await stage.repositories.outbox.enqueue({
    ...{ dedupeKey: `incident:${incident.id}:opened:0`, severity: 'critical' },
    ...{ kind: 'incident_opened', serverHandle: server.handle, operationId: null },
    params: { type: incident.type, incident: incident.id },
  });
  return incident;
}

describe('telling', () => {
  it('reaches each chat once, however many processes deliver', async () => {
    await stage.repositories.following.subscribe(
      { receiver: OPS, minSeverity: 'error', scope: 'all', target: '' },
      'tg:1',
      'Ops',
    );
    await opened();
    await Promise.all([aProcess(), aProcess(), aProcess()].map(deliver));
    for (const id of [1, 2, -1001])
      expect(screen(id)).toEqual([stringContaining('does not answer')]);
    expect(await stage.prisma.chatCard.count()).toBe(3);
  });

  it('comes again, as one card, when a process died between the answer and the record', async () => {
    await stage.prisma.user.delete({ where: { telegramId: 2n } });
    const incident = await opened();
    void aProcess({ dies: true }).outbox.flush(never);
    await expect.poll(() => stage.prisma.chatCard.count()).toBe(1);
    const survivor = aProcess();
    expect(await survivor.outbox.flush(never)).toBe(0);
    stage.clock.advance(91);
    pace.advance(91_000);
    await deliver(survivor);
    // Told again as an answer to the card that stands: there is one card, and nothing is lost.
    const [card, again] = telegram.screen(1);
    expect(again?.reply_to_message?.message_id).toBe(card?.message_id);
    expect(await stage.prisma.chatCard.findMany()).toMatchObject([
      { subjectId: incident.id, messageId: BigInt(card?.message_id ?? 0) },
    ]);
    expect(await stage.prisma.notificationOutbox.findMany()).toMatchObject([{ status: 'sent' }]);
  });

  it('keeps the cards of all chats as the rows are, until the end stands', async () => {
    const incident = await opened();
    const one = aProcess();
    await deliver(one);
    const turn = async () => {
      pace.advance(3000);
      await one.keeper.turn(never);
    };
    await stage.repositories.incidents.update(incident.id, { takenBy: 'tg:2' }, 'tg:2');
    await turn();
    for (const id of [1, 2]) expect(telegram.screen(id)[0]?.text).toContain('taken by @u2');
    const edits = () => telegram.calls.filter(({ method }) => method === 'editMessageText').length;
    const before = edits();
    await turn();
    expect(edits()).toBe(before);
    await stage.repositories.incidents.update(incident.id, { status: 'resolved' }, 'tg:2');
    const away = { error_code: 502, description: 'Bad Gateway' };
    telegram.fault({ kind: 'refuse', method: 'editMessageText', chatId: 1, times: 1, error: away });
    await turn();
    expect([screen(1), screen(2)]).toEqual([[stringContaining('🚨')], [stringContaining('✅')]]);
    await turn();
    expect(screen(1)).toEqual([stringContaining('✅')]);
    expect(await stage.prisma.chatCard.count({ where: { closed: false } })).toBe(0);
  });

  it('follows an operation for who ordered it, and for who hears of everything', async () => {
    const { repositories } = stage;
    await repositories.following.subscribe(
      { receiver: OPS, minSeverity: 'info', scope: 'all', target: '' },
      'tg:1',
      'Ops',
    );
    const { operation, take } = await aTakenOperation(repositories, { by: 'tg:2' });
    const one = aProcess();
    const turn = async () => {
      pace.advance(3000);
      await one.keeper.turn(never);
    };
    await turn();
    expect(screen(2)).toEqual([stringContaining('preparation of')]);
    await repositories.outbox.enqueue({
      ...{ dedupeKey: `${operation.id}:started`, severity: 'info', kind: 'provisioning_started' },
      ...{ serverHandle: operation.serverHandle, operationId: operation.id, params: {} },
    });
    await deliver(one);
    for (const id of [1, 2, -1001])
      expect(screen(id)).toEqual([stringContaining('preparation of')]);
    await repositories.operations.addEvent(take, {
      ...{ type: 'task', status: null, step: 'open-access', state: 'ok', percent: 35 },
      text: 'Install Docker',
    });
    await turn();
    expect(telegram.screen(1)[0]?.text).toContain('35 %\n      Install Docker');
    await repositories.operations.finish(take, {
      ...{ status: 'succeeded', error: null, notification: null },
    });
    await turn();
    for (const id of [1, 2, -1001]) expect(screen(id)).toEqual([stringContaining('✅')]);
    expect(await stage.prisma.chatCard.count({ where: { closed: false } })).toBe(0);
    // An operation that nobody ordered here has no card of its own.
    await anOperation(repositories, { by: 'api:ci' });
    await turn();
    expect(screen(1)).toHaveLength(1);
  });

  it('combines beyond the hour, side by side with critical ones', async () => {
    await stage.prisma.user.delete({ where: { telegramId: 2n } });
    const note = (n: number, severity: 'warning' | 'critical') =>
      stage.repositories.outbox.enqueue({
        ...{ dedupeKey: `k${n}`, severity, kind: 'server_missing', params: {} },
        ...{ serverHandle: `vps-${n}`, operationId: null },
      });
    for (let n = 0; n < 12; n++) await note(n, 'warning');
    await note(12, 'critical');
    const limited = aProcess({ perHour: 5 });
    await deliver(limited);
    expect(screen(1)).toHaveLength(5);
    expect(telegram.screen(1).at(-1)?.text).toContain('vps-12');
    stage.clock.advance(3700);
    pace.advance(3_700_000);
    await deliver(limited);
    expect(telegram.screen(1).at(-1)?.text).toMatch(/^8 more:\n⚠️ 8 × .*: vps-4, .*vps-11$/);
    const states = await stage.prisma.notificationOutbox.groupBy({ by: ['status'], _count: true });
    expect(Object.fromEntries(states.map((row) => [row.status, row._count]))).toEqual({
      ...{ sent: 6, combined: 7 },
    });
  });
});
