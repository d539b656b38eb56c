import { inspect } from 'node:util';
import { expect, it } from 'vitest';
import { OpsError } from '#domain/errors.ts';
import type { Provider } from '#domain/provider.ts';
import { Secret } from '#domain/secret.ts';

/** One provider with something real or simulated behind it. */
export interface ProviderHarness {
  readonly provider: Provider;
  /** A server that exists. */
  readonly ref: string;
  /** What was logged, and the deadlines of the calls that left, so far. */
  readonly logged: () => string;
  readonly deadlines: () => readonly number[];
  /** Texts that must be shown nowhere: logins, passwords that were given. */
  readonly secrets: () => readonly string[];
  /** Calls that change something which the other side saw. */
  readonly starts: () => number;
  readonly close: () => Promise<void>;
}

/** A provider that knows its servers. */
export interface InventoryTraits<H> {
  readonly unknownRef: string;
  readonly of: (harness: H) => { readonly breakAnswers: () => void };
}
/** A provider that carries out actions as tasks. */
export interface ActionTraits<H> {
  readonly of: (harness: H) => {
    readonly busy: () => void;
    readonly loseNextAnswer: () => void;
    readonly throttleTasks: (seconds: number) => void;
    /** Resolves when what was started is done. */
    readonly settled: () => Promise<void>;
    readonly password: () => string;
  };
}
/** A provider with a login. */
export interface LoginTraits<H> {
  readonly of: (harness: H) => { readonly refuseLogin: () => void };
}

/** What the rules below share with the suite: the harness of the test that runs. */
export interface Running<H> {
  readonly harness: () => H;
  readonly provider: () => Provider;
  /** Remembers what a call gave or threw, for rule 5. */
  readonly call: <T>(work: Promise<T>) => Promise<T>;
}

export const never = () => new AbortController().signal;

/** What a call threw; fails where it threw nothing or something that is not ours. */
export async function thrown(call: Promise<unknown>): Promise<OpsError> {
  const error = await call.then(
    () => new Error('nothing was thrown'),
    (reason: unknown) => reason,
  );
  expect(error, inspect(error)).toBeInstanceOf(OpsError);
  return error as OpsError;
}

export function inventoryRules<H extends ProviderHarness>(
  traits: InventoryTraits<H>,
  { harness, provider, call }: Running<H>,
): void {
  it('10: a server that it does not have is not_found', async () => {
    const error = await thrown(call(provider().facts(traits.unknownRef, never())));
    expect(error.code).toBe('not_found');
  });

  it('11: an answer of an unknown form is an error that names it, never an empty one', async () => {
    traits.of(harness()).breakAnswers();
    const error = await thrown(call(provider().facts(harness().ref, never())));
    expect(['upstream', 'unavailable']).toContain(error.code);
  });
}

export function actionRules<H extends ProviderHarness>(
  traits: ActionTraits<H>,
  { harness, provider, call }: Running<H>,
): void {
  it('12: a start is one call and returns at once; the task is found by id and as the latest', async () => {
    for (const action of provider().can) {
      const before = harness().starts();
      const started = await call(provider().start(harness().ref, action, {}, never()));
      expect(harness().starts()).toBe(before + 1);
      expect(started).toMatchObject({ action, state: 'running', password: null });
      await traits.of(harness()).settled();
      const latest = await call(provider().latest(harness().ref, action, never()));
      expect(latest).toMatchObject({ action, state: 'done' });
      const id = started.id ?? latest?.id ?? '';
      const done = await call(provider().task(harness().ref, id, action, never()));
      expect(done).toMatchObject({ action, state: 'done', activated: latest?.activated });
    }
  });

  it('13: the new password is a Secret and the right one', async () => {
    await call(provider().start(harness().ref, 'reset_password', {}, never()));
    await traits.of(harness()).settled();
    const task = await call(provider().latest(harness().ref, 'reset_password', never()));
    expect(task?.password).toBeInstanceOf(Secret);
    expect(task?.password?.reveal()).toBe(traits.of(harness()).password());
  });

  it('14: starts nothing on a busy server', async () => {
    traits.of(harness()).busy();
    const before = harness().starts();
    for (const action of provider().can) {
      const error = await thrown(call(provider().start(harness().ref, action, {}, never())));
      expect(error.code).toBe('busy');
    }
    expect(harness().starts()).toBe(before);
  });

  it('15: a start whose answer was lost is unknown_outcome, not repeated, and found again', async () => {
    traits.of(harness()).loseNextAnswer();
    const start = provider().start(harness().ref, 'reset_password', {}, never());
    const error = await thrown(call(start));
    expect(error).toMatchObject({ code: 'unknown_outcome', retry: 'look' });
    expect(harness().starts()).toBe(1);
    await traits.of(harness()).settled();
    const task = await call(provider().latest(harness().ref, 'reset_password', never()));
    expect(task?.password?.reveal()).toBe(traits.of(harness()).password());
    expect(task?.activated).not.toBeNull();
  });

  it('16: a throttled look is rate_limited with the time to wait, and the task goes on', async () => {
    const { id } = await call(provider().start(harness().ref, 'reset_password', {}, never()));
    traits.of(harness()).throttleTasks(7);
    const look = () => provider().task(harness().ref, id ?? '', 'reset_password', never());
    const error = await thrown(call(look()));
    expect(error).toMatchObject({ code: 'rate_limited', retryAfterMs: 7000, retry: 'soon' });
    await traits.of(harness()).settled();
    expect((await call(look())).password?.reveal()).toBe(traits.of(harness()).password());
  });
}

export function loginRules<H extends ProviderHarness>(
  traits: LoginTraits<H>,
  { harness, provider, call }: Running<H>,
): void {
  it('17: a refused login names what to correct', async () => {
    traits.of(harness()).refuseLogin();
    for (const work of [provider().check(never()), provider().list(never())]) {
      const error = await thrown(call(work as Promise<unknown>));
      expect(error).toMatchObject({ code: 'upstream_login', retry: 'no' });
      expect(error.hint).toMatch(/[A-Z0-9]+_[A-Z_]+|allow-list/);
    }
  });
}
