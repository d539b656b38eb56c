import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Secret } from '#domain/secret.ts';
import { apiStage } from '#test/builders/api-stage.ts';
import { chatServer } from '#test/builders/chat-entities.ts';
import { ANN, type ChatStage, chatStage, until } from '#test/builders/chat-stage.ts';
import { apiServer } from '#test/fakes/api-servers.ts';
import { chatOf } from './chat-updates.ts';
import { type WebhookTarget, webhookKey } from './webhook-target.ts';

const secret = new Secret('the-secret-of-this-webhook');
const ORIGIN = 'https://bot.example';
const webhook: WebhookTarget = { url: `${ORIGIN}/telegram/webhook/${webhookKey(secret)}`, secret };

let stage: ChatStage;
let api: Awaited<ReturnType<typeof apiStage>>;
beforeEach(async () => {
  stage = await chatStage();
  stage.servers.push(chatServer('vps-1001'));
  // The API as another process would run it: it stores, and rings where it can.
  const store = async (payload: object) => {
    const update = payload as Parameters<typeof chatOf>[0];
    await stage.updates.store([{ chatId: chatOf(update), payload: update }]);
    stage.service?.wake();
  };
  const telegram = { key: webhookKey(secret), secret, store };
  api = await apiStage([apiServer('vps-1001')], { telegram });
  await api.app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = api.app.server.address() as AddressInfo;
  stage.reach = (url) => url.replace(ORIGIN, `http://127.0.0.1:${port}`);
});
afterEach(async () => {
  await stage.close();
  await api.app.close();
});
const calls = (method: string) => stage.telegram.calls.filter((call) => call.method === method);

it('is set by the bot, and brings what people say', async () => {
  stage.start({ webhook });
  await until(() => stage.service?.health().lastSuccessAt !== null);
  expect(await stage.ask(ANN, '/provision vps-1001')).toContain('Accepted');
  expect(stage.agent.commands).toHaveLength(1);
  expect(calls('getUpdates')).toEqual([]);
  expect(calls('setWebhook')[0]?.payload).toMatchObject({
    allowed_updates: ['message', 'callback_query'],
    secret_token: secret.reveal(),
  });
  expect(stage.service?.health()).toMatchObject({ state: 'webhook', deaf: false });
  expect(JSON.stringify(stage.log.lines)).not.toContain(secret.reveal());
});

it('brings again what was not confirmed: stored once, done once', async () => {
  stage.start({ webhook });
  stage.telegram.fault({ kind: 'lose', method: 'webhook', times: 2 });
  stage.updates.broken = new Error('database away');
  stage.telegram.say(ANN, '/provision vps-1001');
  await until(() => stage.telegram.webhook.info().last_error_message !== undefined);
  stage.updates.broken = null;
  await stage.settled();
  await until(() => stage.telegram.queue.length === 0);
  expect(stage.agent.commands).toHaveLength(1);
});

it('is set again when somebody else has set another, which counts as a twin', async () => {
  stage.start({ webhook });
  await until(() => calls('setWebhook').length === 1);
  const other = { url: `${ORIGIN}/other`, secret: undefined, allowed: undefined, connections: 40 };
  stage.telegram.webhook.set(other);
  await until(() => calls('setWebhook').length === 2);
  expect(stage.service?.health().conflictSince).not.toBeNull();
  await until(() => stage.service?.health().conflictSince === null);
  expect(await stage.ask(ANN, '/help')).toContain('What I can do');
});

it('that Telegram cannot reach turns the health bad after 90 s', async () => {
  const reach = stage.reach;
  stage.reach = () => 'http://127.0.0.1:1';
  stage.start({ webhook });
  await until(() => stage.service?.health().lastSuccessAt !== null);
  stage.telegram.say(ANN, '/help');
  await until(() => stage.service?.health().lastError === 'Connection refused');
  expect(stage.service?.health().deaf).toBe(false);
  stage.clock.shift += 91_000;
  expect(stage.service?.health().deaf).toBe(true);
  stage.reach = reach;
  await stage.settled();
  await until(() => stage.service?.health().deaf === false);
});

it('gives way to polling, which takes it down and loses nothing', async () => {
  stage.start({ webhook });
  await until(() => calls('setWebhook').length === 1);
  await stage.stop();
  stage.reach = () => 'http://127.0.0.1:1';
  stage.telegram.say(ANN, '/provision vps-1001');
  stage.start();
  await stage.settled();
  expect(stage.telegram.webhook.target()).toBeNull();
  expect(stage.agent.commands).toHaveLength(1);
});
