import { afterEach, beforeEach, expect, it } from 'vitest';
import { Secret } from '#domain/secret.ts';
import { chatServer } from '#test/builders/chat-entities.ts';
import { ANN, type ChatStage, chatStage, EVE, until } from '#test/builders/chat-stage.ts';
import { startNpmTelegram } from '#test/support/npm-telegram.ts';
import { type BotService, createBotService } from './service.ts';
import { createTelegramTransport } from './transport.ts';

// The same bot against a stand-in that others wrote: what both of ours get wrong would show here.
let stage: ChatStage;
let telegram: Awaited<ReturnType<typeof startNpmTelegram>>;
let stop: AbortController;
let service: BotService;
let running: Promise<void>;
const start = async (person: typeof ANN) => {
  telegram = await startNpmTelegram(person);
  const { deps, updates, leases, pace: clock, log } = stage;
  const transport = createTelegramTransport({
    ...{ token: new Secret(telegram.token), apiRoot: telegram.apiRoot, clock, log },
  });
  service = createBotService({ ...deps, transport, updates, leases });
  stop = new AbortController();
  running = service.run(stop.signal);
};
beforeEach(async () => {
  stage = await chatStage();
  stage.servers.push(chatServer('vps-1001'));
});
afterEach(async () => {
  stop.abort();
  await running;
  await telegram.close();
  await stage.close();
});
const said = (text: string) => () => telegram.screen().some((line) => line.includes(text));

it('answers, acts and takes taps', async () => {
  await start(ANN);
  await telegram.say('/status');
  await until(said('1 server'));
  await telegram.say('/provision vps-1001');
  await until(said('preparation of'));
  expect(stage.agent.commands).toMatchObject([{ kind: 'provision', target: 'vps-1001' }]);
  const short = stage.operations[0]?.id.slice(-8);
  await telegram.tap(`Stop vps-1001 (${short})`);
  await until(() => stage.operations[0]?.stopRequested === 'cancel');
});

it('says nothing to a stranger', async () => {
  await start(EVE);
  await telegram.say('/status');
  await telegram.say('/start');
  await until(() => stage.updates.rows.size === 2);
  await until(() => [...stage.updates.rows.values()].every((row) => row.payload === null));
  expect(telegram.screen()).toEqual([]);
});
