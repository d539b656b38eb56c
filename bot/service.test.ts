import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Notification } from '#domain/notification.ts';
import { chatInput } from '#test/builders/chat-entities.ts';
import { ANN, type ChatStage, chatStage, IVAN, until } from '#test/builders/chat-stage.ts';
import { outboxMessage } from '#test/fakes/memory-outbox.ts';

const receiver = { chatId: BigInt(ANN.id), threadId: 0 };
const never = new AbortController().signal;
const note = (params: Notification['params'], over: Partial<Notification> = {}): Notification => ({
  dedupeKey: 'k',
  severity: 'info',
  kind: 'provisioning_started',
  params,
  serverHandle: 'vps-1',
  operationId: null,
  ...over,
});

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

/** The way of a notification from the outbox to its reader. */
const tell = async (notification: Notification) => {
  const { service } = stage;
  if (!service) throw new Error('not started');
  return service.tell([outboxMessage(notification, receiver)], never);
};
const told = () => stage.telegram.screen(ANN.id).map((message) => message.text);

describe('alerts', () => {
  it('name who gave the word, and nobody for what the agent does by itself', async () => {
    await stage.ask(IVAN, '/start');
    for (const by of [`tg:${IVAN.id}`, 'agent:sync', 'api:ci']) {
      expect(await tell(note({ by }))).toMatchObject({ status: 'sent' });
    }
    expect(told().map((text) => text.split('\n')[1])).toEqual([
      'On the word of Иван.',
      undefined,
      'On the word of api:ci.',
    ]);
  });

  it('arrive as plain words when Telegram rejects their format', async () => {
    const error = { error_code: 400, description: "Bad Request: can't parse entities: odd" };
    stage.telegram.fault({ kind: 'refuse', method: 'sendMessage', times: 1, error });
    await tell(note({}, { serverHandle: 'a<b>&c' }));
    expect(told()).toEqual(['ℹ️ Preparing a<b>&c.']);
    const modes = stage.telegram.calls.flatMap((call) =>
      call.method === 'sendMessage' ? [call.payload.parse_mode] : [],
    );
    expect(modes).toEqual(['HTML', undefined]);
  });

  it('carry buttons that work', async () => {
    const request = chatInput({ kind: 'confirm' });
    stage.inputs.push(request);
    const params = { request: request.id, input: 'confirm', question: 'Order it by hand.' };
    await tell(note(params, { kind: 'input_needed' }));
    const card = stage.telegram.screen(ANN.id).at(-1);
    const [thanks] = await stage.during(() => card && stage.telegram.tap(ANN, card, 'It is done'));
    expect(thanks?.text).toContain('Thank you');
    expect(stage.agent.answers.has(request.id)).toBe(true);
  });

  it('say what became of them', async () => {
    const refuse = (error_code: number, description: string, times = 1) =>
      stage.telegram.fault({
        kind: 'refuse',
        method: 'sendMessage',
        times,
        error: { error_code, description },
      });
    refuse(403, 'Forbidden: bot was blocked by the user');
    expect(await tell(note({}))).toMatchObject({ status: 'gone' });
    refuse(400, 'Bad Request: chat not found');
    expect(await tell(note({}))).toMatchObject({ status: 'gone' });
    refuse(400, 'Bad Request: odd');
    expect(await tell(note({}))).toMatchObject({ status: 'refused' });
    refuse(500, 'Internal Server Error');
    expect(await tell(note({}))).toMatchObject({ status: 'later', retryAfterMs: null });
    stage.telegram.fault({ kind: 'cut', method: 'sendMessage', times: 1 });
    const cut = await tell(note({}));
    expect(cut.status).toBe('later');
    expect(JSON.stringify(cut)).not.toContain(stage.telegram.token.split(':')[1]);
  });
});
