import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type BotService, createBotService } from '#bot/service.ts';
import { createTelegramTransport } from '#bot/transport.ts';
import type { Notification } from '#domain/notification.ts';
import { Secret } from '#domain/secret.ts';
import type { Message } from '#simulators/telegram/model.ts';
import { startTelegramServer, type TelegramServer } from '#simulators/telegram/server.ts';
import { ANN, type ChatStage, chatStage, until } from '#test/builders/chat-stage.ts';
import { type MemoryOutbox, memoryOutbox } from '#test/fakes/memory-outbox.ts';
import { type VirtualClock, virtualClock } from '#test/fakes/virtual-clock.ts';
import { telegramSpec } from '#test/support/telegram-spec.ts';
import { createOutbox } from '#workers/outbox.ts';
import { quietLine } from './quiet-line.ts';

const ADMINS = [ANN.id, 21, 22, 23, 24];
const INCIDENTS = 200;
/** Every second one: the other half may be combined, these may not. */
const isCritical = (n: number) => n % 2 === 0;
const server = (n: number) => `vps-${5000 + n}x`;

let clock: VirtualClock;
let telegram: TelegramServer;
let stage: ChatStage;
let outbox: MemoryOutbox;
let bot: BotService;
let stop: AbortController;
let running: Promise<unknown>;
let line: ReturnType<typeof quietLine>;
let start: number;
/** What each person got: the time, and the words; an answer that was lost is a message all the same. */
let got: { readonly chat: number; readonly at: number; readonly text: string }[];

beforeEach(async () => {
  clock = virtualClock();
  start = clock.now().getTime();
  stage = await chatStage(Object.fromEntries(ADMINS.map((id) => [id, 'owner'] as const)));
  const now = () => clock.now().getTime();
  const validate = telegramSpec();
  telegram = await startTelegramServer({ now, ...(validate && { validate }) });
  got = [];
  telegram.onEvent((event) => {
    if (event.type !== 'message') return;
    const { chat, text } = event.message as Message;
    got.push({ chat: chat.id, at: now() - start, text });
  });
  const { deps, updates, leases, log } = stage;
  const transport = createTelegramTransport({
    ...{ token: new Secret(telegram.token), apiRoot: telegram.apiRoot, clock, log },
  });
  bot = createBotService({ ...deps, transport, updates, leases, pollSeconds: 1 });
  outbox = memoryOutbox(ADMINS.map(BigInt), clock);
  // What is counted are messages, not what they are combined to.
  const delivery = createOutbox({ outbox, tell: bot.tell, perHour: 1000, clock, log });
  stop = new AbortController();
  line = quietLine(
    new URL(telegram.apiRoot).host,
    () => telegram.calls.filter(({ method }) => method !== 'getUpdates').length,
  );
  running = delivery.run(stop.signal);
});
afterEach(async () => {
  stop.abort();
  await running;
  line.close();
  await telegram.close();
  await stage.close();
});

const incident = (n: number): Notification => ({
  dedupeKey: `incident:${n}`,
  severity: isCritical(n) ? 'critical' : 'warning',
  kind: isCritical(n) ? 'incident_failed' : 'incident_opened',
  params: { type: 'server_unreachable', server: server(n), reason: 'no answer', incident: `i${n}` },
  serverHandle: server(n),
  operationId: null,
});

/** Lets virtual time pass, in which nobody waits for a real call. */
async function pass(seconds: number): Promise<void> {
  const end = clock.now().getTime() + seconds * 1000;
  while (clock.now().getTime() < end) {
    await clock.advance(50);
    await line.settled();
  }
}
async function storm(): Promise<void> {
  for (let n = 0; n < INCIDENTS; n++) {
    await outbox.enqueue(incident(n));
    await pass(60 / INCIDENTS);
  }
}
const times = (chat: number, n: number) =>
  got.filter((one) => one.chat === chat && one.text.includes(server(n)));
const critical = Array.from({ length: INCIDENTS }, (_, n) => n).filter(isCritical);
/** Seconds from the storm's beginning until everybody had the last critical one. */
const doneAt = () =>
  Math.max(...ADMINS.flatMap((id) => critical.map((n) => times(id, n)[0]?.at ?? Infinity))) / 1000;
const twice = () =>
  ADMINS.flatMap((id) => Array.from({ length: INCIDENTS }, (_, n) => times(id, n).length - 1))
    .filter((more) => more > 0)
    .reduce((sum, more) => sum + more, 0);

it('is told to everybody, as fast as each chat may be told, within the limits and once', async () => {
  await storm();
  await pass(INCIDENTS - 60 + 30);
  // One a second is allowed: a message for each incident, and a tenth of grace.
  expect(doneAt()).toBeLessThan(INCIDENTS * 1.1);
  expect(twice()).toBe(0);
  expect(telegram.problems).toEqual([]);
}, 60_000);

it('outlasts floods and lost answers: nothing is lost, and nothing else said twice', async () => {
  const error = {
    error_code: 429,
    description: 'Too Many Requests',
    parameters: { retry_after: 5 },
  };
  const lost = 12;
  telegram.fault({ kind: 'lose', method: 'sendMessage', times: lost });
  for (const chatId of ADMINS) {
    telegram.fault({ kind: 'refuse', method: 'sendMessage', chatId, times: 4, error });
  }
  await storm();
  await pass(INCIDENTS + 120);
  expect(doneAt()).toBeLessThan(INCIDENTS * 1.1 + 4 * 5 + 60);
  expect(twice()).toBeLessThanOrEqual(lost);
  expect(telegram.problems).toEqual([]);
}, 60_000);

it('keeps no command waiting: its answer goes before the alerts', async () => {
  const { upsert } = stage.deps.users;
  let heard = false;
  stage.deps.users.upsert = (user) => {
    heard = true;
    return upsert(user);
  };
  const ended = bot.run(stop.signal);
  await until(() => bot.health().state === 'polling');
  for (let n = 0; n < 50; n++) await outbox.enqueue(incident(n));
  await pass(5);
  telegram.say(ANN, '/help');
  await until(() => heard);
  const asked = clock.now().getTime() - start;
  await wait(50);
  await pass(3);
  const help = got.find(({ text }) => text.includes('What I can do'));
  const since = got.filter(
    ({ chat, at }) => chat === ANN.id && at >= asked && at < (help?.at ?? 0),
  );
  // At most the alert whose turn it was already.
  expect([help === undefined, since.length <= 1]).toEqual([false, true]);
  stop.abort();
  await ended;
}, 60_000);
