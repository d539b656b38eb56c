import { beforeEach, describe, expect, it } from 'vitest';
import { createLimitWatch } from '#simulators/telegram/limits.ts';
import { type VirtualClock, virtualClock } from '#test/fakes/virtual-clock.ts';
import { type Budget, createBudget, type Urgency } from './budget.ts';

class Silence extends Error {
  readonly milliseconds: number;
  constructor(milliseconds: number) {
    super('flood');
    this.milliseconds = milliseconds;
  }
}

let clock: VirtualClock;
let budget: Budget;
let start: number;
/** What was called: chat, name and millisecond. */
let calls: { chat: string; name: string; at: number }[];
let failures: Map<string, Error[]>;
beforeEach(() => {
  clock = virtualClock();
  start = clock.now().getTime();
  calls = [];
  failures = new Map();
  budget = createBudget({
    clock,
    silenceAsked: (error) => (error instanceof Silence ? error.milliseconds : null),
  });
});

const now = () => clock.now().getTime() - start;
const spend = (
  chat: string,
  name: string,
  urgency: Urgency = 'alert',
  { patience = 3_600_000, takes = 0, signal }: Partial<Options> = {},
) =>
  budget.spend(
    chat,
    async () => {
      const failure = failures.get(name)?.shift();
      calls.push({ chat, name, at: now() });
      if (takes > 0) await clock.sleep(takes);
      if (failure) throw failure;
      return name;
    },
    { urgency, until: clock.now().getTime() + patience, signal },
  );
interface Options {
  patience: number;
  takes: number;
  signal: AbortSignal;
}
const names = () => calls.map(({ name }) => name);
const at = (name: string) => calls.find((call) => call.name === name)?.at;
/** The error's code, for calls that were shed. */
const fate = (call: Promise<unknown>) =>
  call.then(
    () => 'made',
    (error: { code?: string; message: string }) => error.code ?? error.message,
  );

describe('in one chat', () => {
  it('a second lies between the end of a call and the next', async () => {
    void spend('1', 'a', 'alert', { takes: 400 });
    void spend('1', 'b');
    await clock.advance(10_000);
    expect([at('a'), at('b')]).toEqual([0, 1400]);
  });

  it('answers go before alerts, alerts before what is cosmetic, each in its order', async () => {
    void spend('1', 'first');
    for (const name of ['edit1', 'edit2']) void spend('1', name, 'cosmetic');
    for (const name of ['alert1', 'alert2']) void spend('1', name);
    void spend('1', 'answer', 'answer');
    await clock.advance(10_000);
    expect(names()).toEqual(['first', 'answer', 'alert1', 'alert2', 'edit1', 'edit2']);
  });

  it('an answer that comes while an edit waits for its turn takes that turn', async () => {
    void spend('1', 'first');
    void spend('1', 'edit', 'cosmetic');
    await clock.advance(900);
    void spend('1', 'answer', 'answer');
    await clock.advance(5000);
    expect([at('answer'), at('edit')]).toEqual([1000, 2000]);
  });

  it('what has no patience is shed at once when it is not its turn, and made when it is', async () => {
    expect(await fate(spend('1', 'free', 'cosmetic', { patience: 0 }))).toBe('made');
    expect(await fate(spend('1', 'early', 'cosmetic', { patience: 0 }))).toBe('rate_limited');
    await clock.advance(1000);
    void spend('1', 'long', 'alert', { takes: 300 });
    expect(await fate(spend('1', 'busy', 'cosmetic', { patience: 0 }))).toBe('rate_limited');
    await clock.advance(300);
    expect(names()).toEqual(['free', 'long']);
  });

  it('a call whose patience ends behind others is shed, the others are not', async () => {
    const waits = [1, 2, 3].map((n) => fate(spend('1', `n${n}`)));
    const short = fate(spend('1', 'short', 'alert', { patience: 2500 }));
    await clock.advance(10_000);
    expect(await short).toBe('rate_limited');
    expect(await Promise.all(waits)).toEqual(['made', 'made', 'made']);
  });

  it('an aborted one leaves the queue', async () => {
    const stop = new AbortController();
    void spend('1', 'first');
    const stopped = fate(spend('1', 'stopped', 'alert', { signal: stop.signal }));
    stop.abort(new Error('stopped'));
    expect(await stopped).toBe('stopped');
    await clock.advance(5000);
    expect(names()).toEqual(['first']);
    expect(await fate(spend('1', 'late', 'alert', { signal: stop.signal }))).toBe('stopped');
  });

  it('silence that is asked for holds this chat alone, and nothing overtakes', async () => {
    failures.set('a', [new Silence(7000)]);
    void spend('1', 'a');
    void spend('1', 'b');
    void spend('2', 'other');
    await clock.advance(20_000);
    expect(calls.map(({ name, at }) => [name, at])).toEqual([
      ['a', 0],
      ['other', 0],
      ['a', 7000],
      ['b', 8000],
    ]);
  });

  it('a silence beyond its patience ends the waiting at once, and says how long it lasts', async () => {
    failures.set('a', [new Silence(9_000_000)]);
    await expect(spend('1', 'a')).rejects.toMatchObject({
      code: 'rate_limited',
      retryAfterMs: 9_000_000,
    });
  });

  it('another error is the caller’s, and the next has its turn', async () => {
    failures.set('a', [new Error('refused')]);
    expect(await fate(spend('1', 'a'))).toBe('refused');
    void spend('1', 'b');
    await clock.advance(1000);
    expect(at('b')).toBe(1000);
  });
});

describe('in a group', () => {
  it('edits leave room for a burst of alerts, and those for an answer', async () => {
    for (let n = 0; n < 30; n++) void spend('-5', `edit${n}`, 'cosmetic');
    await clock.advance(20_000);
    expect(calls).toHaveLength(10);
    for (let n = 0; n < 12; n++) void spend('-5', `alert${n}`);
    await clock.advance(12_000);
    expect(names().filter((name) => name.startsWith('alert'))).toHaveLength(8);
    void spend('-5', 'answer', 'answer');
    await clock.advance(0);
    expect(at('answer')).toBe(now());
  });

  it('there are never more than 20 a minute, whoever calls', async () => {
    for (let n = 0; n < 200; n++) {
      void spend('-5', `n${n}`, (['answer', 'alert', 'cosmetic'] as const)[n % 3], {
        takes: (n * 37) % 250,
      });
    }
    await clock.advance(900_000);
    expect(calls).toHaveLength(200);
    const watch = createLimitWatch();
    const problems = calls.flatMap((call) => watch('sendMessage', { chat_id: call.chat }, call.at));
    expect(problems).toEqual([]);
  });
});

describe('over all chats', () => {
  it('there are never more than 30 a second, and the last part of it is for answers', async () => {
    for (let n = 0; n < 200; n++) void spend(String(n + 1), `alert${n}`, 'alert', { takes: 20 });
    void spend('999', 'answer', 'answer');
    await clock.advance(0);
    expect(at('answer')).toBe(0);
    expect(calls).toHaveLength(29);
    await clock.advance(20_000);
    expect(calls).toHaveLength(201);
    const watch = createLimitWatch();
    const problems = calls.flatMap((call) => watch('sendMessage', { chat_id: call.chat }, call.at));
    expect(problems).toEqual([]);
  });

  it('a chat whose call hangs keeps no other waiting', async () => {
    void spend('1', 'hangs', 'alert', { takes: 60_000 });
    void spend('1', 'behind');
    for (let n = 0; n < 5; n++) void spend('2', `other${n}`);
    await clock.advance(10_000);
    expect(names()).toEqual(['hangs', 'other0', 'other1', 'other2', 'other3', 'other4']);
  });
});
