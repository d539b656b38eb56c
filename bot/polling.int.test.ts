import { afterEach, beforeEach, expect, it } from 'vitest';
import { chatServer } from '#test/builders/chat-entities.ts';
import { ANN, type ChatStage, chatStage, IVAN, until } from '#test/builders/chat-stage.ts';

let stage: ChatStage;
beforeEach(async () => {
  stage = await chatStage({ [ANN.id]: 'owner', [IVAN.id]: 'owner' });
  stage.servers.push(chatServer('vps-1001'));
});
afterEach(async () => {
  await stage.close();
  expect(stage.telegram.problems).toEqual([]);
});

const conflict = {
  error_code: 409,
  description: 'Conflict: terminated by other getUpdates request',
};
const polls = () => stage.telegram.calls.filter((c) => c.method === 'getUpdates');

it('survives a twin, and reports it until it is gone', async () => {
  stage.telegram.fault({ kind: 'refuse', method: 'getUpdates', error: conflict });
  stage.start();
  await until(() => stage.service?.health().conflictSince != null);
  expect(stage.service?.health().lastSuccessAt).toBeNull();
  stage.telegram.clearFaults();
  expect(await stage.ask(ANN, '/provision vps-1001')).toContain('Accepted');
  expect(stage.service?.health()).toMatchObject({ state: 'polling', conflictSince: null });
});

it('turns the health bad when nothing was heard for 90 s, and only where it is its turn', async () => {
  const other = await stage.leases.take('telegram:poller');
  stage.start();
  await until(() => stage.service?.health().state === 'standby');
  stage.clock.shift += 91_000;
  expect(stage.service?.health().deaf).toBe(false);
  stage.telegram.fault({ kind: 'refuse', method: 'getUpdates', error: conflict });
  await other?.release();
  await until(() => polls().length > 0);
  expect(stage.service?.health().deaf).toBe(false);
  stage.clock.shift += 91_000;
  expect(stage.service?.health().deaf).toBe(true);
  stage.telegram.clearFaults();
  await until(() => stage.service?.health().deaf === false);
});

it('takes a webhook away that stands in the way', async () => {
  stage.telegram.fault({
    kind: 'refuse',
    method: 'getUpdates',
    times: 1,
    error: {
      ...conflict,
      description: "Conflict: can't use getUpdates method while webhook is active",
    },
  });
  stage.start();
  await until(() => stage.telegram.calls.some((c) => c.method === 'deleteWebhook'));
  expect(await stage.ask(ANN, '/help')).toContain('What I can do');
});

it('survives a cut network, lost answers and a server that answers 502', async () => {
  stage.telegram.fault({ kind: 'cut', method: 'getMe', times: 2 });
  stage.telegram.fault({ kind: 'cut', method: 'getUpdates', times: 2 });
  stage.telegram.fault({ kind: 'lose', method: 'getUpdates', times: 1 });
  const error = { error_code: 502, description: 'Bad Gateway' };
  stage.telegram.fault({ kind: 'refuse', method: 'getUpdates', times: 1, error });
  stage.start();
  expect(await stage.ask(ANN, '/provision vps-1001')).toContain('Accepted');
  expect(stage.agent.commands).toHaveLength(1);
  expect(JSON.stringify(stage.log.lines)).not.toContain(stage.telegram.token.split(':')[1]);
});

it('moves the offset only after the batch is stored', async () => {
  stage.updates.broken = new Error('database away');
  stage.start();
  stage.telegram.say(ANN, '/provision vps-1001');
  await until(() => polls().length >= 3);
  expect(polls().every((call) => call.payload.offset === undefined)).toBe(true);
  stage.updates.broken = null;
  await stage.settled();
  expect(stage.agent.commands).toHaveLength(1);
});

it('goes on after a restart where it was, without loss and without repetition', async () => {
  stage.telegram.say(ANN, '/provision vps-1001');
  stage.start();
  await stage.settled();
  await stage.stop();
  // Stored by a process that died before it acted, and handed over by Telegram once more.
  const message = stage.telegram.say(ANN, '/provision vps-1001');
  const update = stage.telegram.queue.at(-1);
  if (!update) throw new Error('nothing in the queue');
  await stage.updates.store([{ chatId: ANN.id, payload: update as never }]);
  stage.telegram.push({ message, update_id: update.update_id });
  stage.start();
  await until(() => stage.telegram.queue.length === 0);
  await stage.settled();
  expect(stage.agent.commands).toHaveLength(2);
});

it('follows ids that start anew below the old ones', async () => {
  stage.start();
  await stage.ask(ANN, '/help');
  await until(
    () => stage.telegram.queue.length === 0 && polls().at(-1)?.payload.offset === undefined,
  );
  const message = { ...stage.telegram.screen(ANN.id)[0], text: '/provision vps-1001' };
  const entities = [{ type: 'bot_command', offset: 0, length: 10 }] as const;
  stage.telegram.push({ message: { ...message, entities } as never, update_id: 5 });
  await until(() => stage.agent.commands.length === 1);
});

it('keeps the order within a chat, and lets no chat wait for another', async () => {
  let release = (): void => undefined;
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  const { find } = stage.deps.servers;
  stage.deps.servers.find = async (handle: string) => {
    if (handle === 'vps-1001') await gate;
    return find(handle);
  };
  stage.servers.push(chatServer('vps-2'), chatServer('vps-3'));
  stage.start();
  stage.telegram.say(ANN, '/provision vps-1001');
  stage.telegram.say(ANN, '/provision vps-2');
  stage.telegram.say(IVAN, '/provision vps-3');
  await until(() => stage.agent.commands.length === 1);
  expect(stage.agent.commands.map((c) => c.target)).toEqual(['vps-3']);
  release();
  await stage.settled();
  expect(stage.agent.commands.map((c) => c.target)).toEqual(['vps-3', 'vps-1001', 'vps-2']);
});

it('stands by while another process polls, and stops when its lease is lost', async () => {
  const other = await stage.leases.take('telegram:poller');
  stage.start();
  await until(() => stage.service?.health().state === 'standby');
  expect(stage.telegram.calls).toEqual([]);
  await other?.release();
  await until(() => stage.service?.health().state === 'polling');
  await until(() => polls().length > 0);
  stage.leases.lose();
  await until(() => stage.service?.health().state === 'polling' && polls().length > 1);
  expect(await stage.ask(ANN, '/help')).toContain('What I can do');
});

it('waits as long as Telegram asks, then says it', async () => {
  stage.start();
  const error = {
    error_code: 429,
    description: 'Too Many Requests',
    parameters: { retry_after: 7 },
  };
  stage.telegram.fault({ kind: 'refuse', method: 'sendMessage', times: 1, error });
  const before = stage.pace.now().getTime();
  expect(await stage.ask(ANN, '/help')).toContain('What I can do');
  expect(stage.pace.now().getTime() - before).toBeGreaterThanOrEqual(7000);
});

it('does the work though it can say nothing: blocked, or silenced for hours', async () => {
  stage.start();
  const blocked = { error_code: 403, description: 'Forbidden: bot was blocked by the user' };
  stage.telegram.fault({ kind: 'refuse', method: 'sendMessage', times: 1, error: blocked });
  expect(await stage.ask(ANN, '/provision vps-1001')).toBe('');
  const flood = {
    error_code: 429,
    description: 'Too Many Requests',
    parameters: { retry_after: 9000 },
  };
  stage.telegram.fault({ kind: 'refuse', method: 'sendMessage', times: 1, error: flood });
  expect(await stage.ask(IVAN, '/provision vps-1001')).toBe('');
  expect(stage.agent.commands).toHaveLength(2);
});
