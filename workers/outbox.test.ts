import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Notification } from '#domain/notification.ts';
import { ANN, type ChatStage, chatStage, IVAN, until } from '#test/builders/chat-stage.ts';
import { memoryOutbox } from '#test/fakes/memory-outbox.ts';
import { createOutbox } from './outbox.ts';

const note = (key: string, over: Partial<Notification> = {}): Notification => ({
  dedupeKey: key,
  severity: 'success',
  kind: 'server_ready',
  params: { server: key },
  serverHandle: key,
  operationId: null,
  ...over,
});

const never = new AbortController().signal;
let stage: ChatStage;
let box: ReturnType<typeof memoryOutbox>;
let outbox: ReturnType<typeof createOutbox>;

/** A further process with the same database. */
const another = () => {
  const service = stage.service;
  if (!service) throw new Error('not started');
  return createOutbox({ outbox: box, tell: service.tell, clock: stage.pace, log: stage.log });
};

beforeEach(async () => {
  stage = await chatStage({ [ANN.id]: 'owner', [IVAN.id]: 'viewer' });
  await stage.deps.users.upsert({
    telegramId: BigInt(IVAN.id),
    username: null,
    firstName: 'Иван',
    lastName: null,
    languageCode: 'ru',
    seen: true,
  });
  stage.start();
  await until(() => stage.service?.health().state === 'polling');
  box = memoryOutbox([BigInt(ANN.id), BigInt(IVAN.id)], stage.pace);
  outbox = another();
});
afterEach(async () => {
  await stage.close();
  expect(stage.telegram.problems).toEqual([]);
});

const deliverAll = async () => {
  while ((await outbox.flush(never)) > 0);
};
const told = (id: number) => stage.telegram.screen(id).map((m) => m.text);
const refuse = (
  error: { error_code: number; description: string; parameters?: { retry_after: number } },
  times?: number,
) =>
  stage.telegram.fault({
    kind: 'refuse',
    method: 'sendMessage',
    chatId: ANN.id,
    error,
    ...(times && { times }),
  });

describe('outbox', () => {
  it('tells each admin once, in their language', async () => {
    await box.enqueue(note('vps-1'));
    await box.enqueue(note('vps-1'));
    expect(await outbox.flush(never)).toBe(2);
    expect(await outbox.flush(never)).toBe(0);
    expect(told(ANN.id)).toEqual(['✅ vps-1 is ready.']);
    expect(told(IVAN.id)).toEqual(['✅ vps-1 готов.']);
  });

  it('keeps the order per reader and the limits of Telegram in a storm', async () => {
    for (let n = 0; n < 40; n++) await box.enqueue(note(`vps-${n}`));
    await deliverAll();
    expect(told(ANN.id)).toEqual(Array.from({ length: 40 }, (_, n) => `✅ vps-${n} is ready.`));
  });

  it('honours retry_after, and lets later messages of that reader wait as well', async () => {
    refuse(
      { error_code: 429, description: 'Too Many Requests', parameters: { retry_after: 60 } },
      1,
    );
    await box.enqueue(note('vps-1'));
    await box.enqueue(note('vps-2'));
    const start = stage.pace.now().getTime();
    await deliverAll();
    expect(told(ANN.id)).toEqual([]);
    expect(told(IVAN.id)).toHaveLength(2);
    stage.pace.advance(start + 59_000 - stage.pace.now().getTime());
    expect(await outbox.flush(never)).toBe(0);
    stage.pace.advance(2000);
    await deliverAll();
    expect(told(ANN.id)).toEqual(['✅ vps-1 is ready.', '✅ vps-2 is ready.']);
  });

  it('gives up a reader who blocked the bot, with the reason recorded', async () => {
    refuse({ error_code: 403, description: 'Forbidden: bot was blocked by the user' });
    await box.enqueue(note('vps-1'));
    await outbox.flush(never);
    expect(box.rows.map((r) => r.state)).toEqual(['given_up', 'sent']);
    expect(box.rows[0]?.reason).toContain('blocked');
  });

  it('tries again through a long outage, for a day', async () => {
    refuse({ error_code: 502, description: 'Bad Gateway' });
    await box.enqueue(note('vps-1'));
    for (let hour = 0; hour < 23; hour++) {
      await outbox.flush(never);
      stage.pace.advance(3_600_000);
    }
    expect(box.rows[0]?.state).toBe('open');
    stage.telegram.clearFaults();
    await outbox.flush(never);
    expect(told(ANN.id)).toHaveLength(1);

    refuse({ error_code: 502, description: 'Bad Gateway' });
    await box.enqueue(note('vps-2'));
    stage.pace.advance(25 * 3_600_000);
    await outbox.flush(never);
    expect(box.rows.at(2)?.state).toBe('given_up');
  });

  it('gives up a text that is refused again and again', async () => {
    refuse({ error_code: 400, description: 'Bad Request: something odd' });
    await box.enqueue(note('vps-1'));
    for (let n = 0; n < 5; n++) {
      await outbox.flush(never);
      stage.pace.advance(3_600_000);
    }
    expect(box.rows[0]).toMatchObject({ state: 'given_up', message: { attempts: 5 } });
  });

  it('does not send again what only the database failed to hear', async () => {
    box.deaf = true;
    await box.enqueue(note('vps-1'));
    await expect(outbox.flush(never)).rejects.toThrow('database away');
    box.deaf = false;
    stage.pace.advance(200_000);
    await outbox.flush(never);
    expect(told(ANN.id)).toHaveLength(1);
    expect(box.rows.every((r) => r.state === 'sent')).toBe(true);
  });

  it('delivers what a process had claimed when it died', async () => {
    await box.enqueue(note('vps-1'));
    await box.claim(10, 180);
    expect(await another().flush(never)).toBe(0);
    stage.pace.advance(181_000);
    expect(await another().flush(never)).toBe(2);
    expect(told(ANN.id)).toHaveLength(1);
  });

  it('works until it is stopped, and through the absence of the database', async () => {
    const stop = new AbortController();
    const { claim } = box;
    let failures = 2;
    box.claim = (...args) =>
      failures-- > 0 ? Promise.reject(new Error('database away')) : claim(...args);
    await box.enqueue(note('vps-1'));
    const clock = stage.clock;
    const service = stage.service;
    if (!service) throw new Error('not started');
    const { tell } = service;
    const running = createOutbox({ tell, outbox: box, clock, log: stage.log }).run(stop.signal);
    await until(() => told(ANN.id).length === 1);
    stop.abort();
    await running;
  });

  it('lets no reader wait for another whose answers hang', async () => {
    stage.telegram.fault({ kind: 'hang', method: 'sendMessage', chatId: ANN.id });
    for (let n = 0; n < 5; n++) await box.enqueue(note(`vps-${n}`));
    const stop = new AbortController();
    const { service, clock, log } = stage;
    if (!service) throw new Error('not started');
    const { tell } = service;
    const running = createOutbox({ tell, outbox: box, clock, log }).run(stop.signal);
    await until(() => told(IVAN.id).length === 5);
    expect(told(ANN.id)).toEqual([]);
    stop.abort();
    await running;
  });

  it('combines what is beyond the hour, drops nothing, and lets critical ones pass', async () => {
    const { service, pace, log } = stage;
    if (!service) throw new Error('not started');
    const { tell } = service;
    const limited = createOutbox({ outbox: box, tell, clock: pace, log, perHour: 10 });
    const critical = { severity: 'critical', kind: 'mass_failure' } as const;
    for (let n = 0; n < 30; n++) await box.enqueue(note(`vps-${n}`));
    const all = async () => {
      while ((await limited.flush(never)) > 0);
    };
    await all();
    // Eight alone; the last fifth of the hour's messages is spread over it.
    expect(told(ANN.id)).toHaveLength(8);
    await box.enqueue(note('loud', critical));
    expect(box.rows.filter((row) => row.state === 'open')).toHaveLength(2 * 23);
    pace.advance(30 * 60_000);
    await all();
    const [together] = told(ANN.id).slice(8);
    expect(together).toMatch(/^22 more:\n✅ 22 × ready: vps-8, .* … and 10 more$/);
    expect(told(ANN.id).at(-1)).toMatch(/^🚨/);
    expect(told(ANN.id)).toHaveLength(10);
    const states = box.rows.map((row) => row.state);
    expect(states.filter((state) => state === 'combined')).toHaveLength(2 * 21);
    expect(states.filter((state) => state === 'sent')).toHaveLength(2 * 10);
  });

  it('gives an alarm to the second channel when it failed five times, or nobody can be told', async () => {
    const { service, pace, log } = stage;
    if (!service) throw new Error('not started');
    const { tell } = service;
    const doubled = createOutbox({ outbox: box, tell, clock: pace, log, secondChannel: true });
    refuse({ error_code: 502, description: 'Bad Gateway' });
    await box.enqueue(note('vps-1', { severity: 'warning' }));
    await box.enqueue(note('vps-2'));
    for (let n = 0; n < 4; n++) {
      await doubled.flush(never);
      pace.advance(3_600_000);
    }
    expect(box.duplicates).toEqual([]);
    await doubled.flush(never);
    expect(box.duplicates).toEqual([`vps-1/${ANN.id}`]);
    stage.telegram.clearFaults();
    pace.advance(3_600_000);
    await deliverAll();
    // One of two is reached: that is enough. None: the other way is taken at once.
    const blocked = { error_code: 403, description: 'Forbidden: bot was blocked by the user' };
    refuse(blocked);
    await box.enqueue(note('vps-3', { severity: 'error' }));
    await doubled.flush(never);
    expect(box.duplicates).toHaveLength(1);
    stage.telegram.fault({ kind: 'refuse', method: 'sendMessage', error: blocked });
    await box.enqueue(note('vps-4', { severity: 'error' }));
    await doubled.flush(never);
    expect(box.duplicates).toHaveLength(2);
  });

  it('sends twice only where the answer was lost, and the later copy is no second card', async () => {
    stage.telegram.fault({ kind: 'lose', method: 'sendMessage', chatId: ANN.id, times: 1 });
    await box.enqueue(note('vps-1'));
    for (let n = 0; n < 3; n++) {
      await outbox.flush(never);
      stage.pace.advance(60_000);
    }
    expect(told(ANN.id)).toHaveLength(2);
    expect(told(IVAN.id)).toHaveLength(1);
  });
});
