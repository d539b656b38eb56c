import type { Agent } from 'node:http';
import { Telegram as Client } from 'telegraf';
import type { Opts, Telegram } from 'telegraf/types';
import { OpsError } from '#domain/errors.ts';
import type { Clock, Logger } from '#domain/ports.ts';
import type { Secret } from '#domain/secret.ts';
import { createBudget } from './budget.ts';
import { failureOf } from './failure.ts';
import { plainOf } from './render/html.ts';

export type Method = keyof Telegram;
export type Result<M extends Method> = Awaited<ReturnType<Telegram[M]>>;

export interface CallOptions {
  readonly signal?: AbortSignal;
  /** Greatest duration of the HTTP call itself. */
  readonly timeoutMs?: number;
  /** How long the call may wait for its chat's turn, or for the end of a flood wait. */
  readonly patienceMs?: number;
}

/** Every word the bot sends goes through here: deadline, budget, flood waits, plain-text fallback. */
export interface Transport {
  /** Throws Telegraf's TelegramError, a network error, or OpsError `rate_limited` / `timeout`. */
  call<M extends Method>(method: M, payload: Opts<M>, options?: CallOptions): Promise<Result<M>>;
}

const CALL_TIMEOUT = 15_000;
const PATIENCE = 30_000;

export function createTelegramTransport({
  token,
  apiRoot,
  agent,
  clock,
  log,
}: {
  token: Secret;
  /** For example https://api.telegram.org */
  apiRoot: string;
  /** Proxy agent. */
  agent?: Agent;
  clock: Clock;
  log: Logger;
}): Transport {
  const client = new Client(token.reveal(), {
    apiRoot: apiRoot.replace(/\/*$/, '/'),
    webhookReply: false,
    ...(agent && { agent }),
  });
  const budget = createBudget({ clock });

  async function once<M extends Method>(
    method: M,
    payload: Opts<M>,
    { signal, timeoutMs = CALL_TIMEOUT }: CallOptions,
  ): Promise<Result<M>> {
    const deadline = AbortSignal.timeout(timeoutMs);
    const both = signal ? AbortSignal.any([signal, deadline]) : deadline;
    both.throwIfAborted();
    try {
      // Its types know only the polyfill of AbortSignal, and wrap the promise once too often.
      const shim = both as unknown as NonNullable<Parameters<Client['callApi']>[2]>['signal'];
      return (await client.callApi(method, payload, { signal: shim })) as Result<M>;
    } catch (error) {
      if (deadline.aborted) throw new OpsError('timeout', `Telegram did not answer ${method}.`);
      throw error;
    }
  }

  /** Telegram rejects the tags: the words still have to arrive. */
  async function readable<M extends Method>(
    method: M,
    payload: Opts<M>,
    options: CallOptions,
  ): Promise<Result<M>> {
    try {
      return await once(method, payload, options);
    } catch (error) {
      const failure = failureOf(error);
      if (failure.kind !== 'format' || !isFormatted(payload)) throw error;
      log.warn(
        { method, reason: failure.reason },
        'Telegram rejected the format; sent as plain text',
      );
      const { parse_mode: _, ...rest } = payload;
      return once(method, { ...rest, text: plainOf(payload.text) } as Opts<M>, options);
    }
  }

  async function paced<M extends Method>(
    chat: string,
    method: M,
    payload: Opts<M>,
    options: CallOptions,
  ): Promise<Result<M>> {
    const until = clock.now().getTime() + (options.patienceMs ?? PATIENCE);
    const limits = { until, ...(options.signal && { signal: options.signal }) };
    for (;;) {
      try {
        return await budget.spend(chat, () => readable(method, payload, options), limits);
      } catch (error) {
        const failure = failureOf(error);
        if (failure.kind !== 'flood') throw error;
        budget.hold(chat, failure.retryAfterMs ?? 1000);
        log.warn({ method, chat, retryAfterMs: failure.retryAfterMs }, 'Telegram asks us to wait');
      }
    }
  }

  return {
    call(method, payload, options = {}) {
      const chat = chatOf(payload);
      return chat === null || method === 'getUpdates'
        ? readable(method, payload, options)
        : paced(chat, method, payload, options);
    },
  };
}

function chatOf(payload: object): string | null {
  return 'chat_id' in payload && payload.chat_id !== undefined ? String(payload.chat_id) : null;
}

const isFormatted = (
  payload: object,
): payload is { readonly parse_mode: unknown; readonly text: string } =>
  'parse_mode' in payload && 'text' in payload && typeof payload.text === 'string';
