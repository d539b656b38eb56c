import type { Agent } from 'node:http';
import { Telegram as Client } from 'telegraf';
import type { Opts, Telegram } from 'telegraf/types';
import { OpsError, toOpsError } from '#domain/errors.ts';
import type { Clock, Logger } from '#domain/ports.ts';
import type { Secret } from '#domain/secret.ts';
import { createBudget, type Urgency } from './budget.ts';
import { failureOf } from './failure.ts';
import { chatOf, forUpload, isFormatted, movedTo, plainly } from './payloads.ts';

export type Method = keyof Telegram;
export type Result<M extends Method> = Awaited<ReturnType<Telegram[M]>>;

export interface CallOptions {
  readonly signal?: AbortSignal;
  /** Greatest duration of the HTTP call itself. */
  readonly timeoutMs?: number;
  /** How long the call may wait for its chat's turn, or for the end of a flood wait. */
  readonly patienceMs?: number;
  /** Without it edits, "typing" and whatever has no patience are cosmetic, all else is an alert. */
  readonly urgency?: Urgency;
}

/** Every word the bot sends goes through here: deadline, budget, flood waits, plain-text fallback. */
export interface Transport {
  /** Throws Telegraf's TelegramError, a network error, or OpsError `rate_limited` / `timeout`. */
  call<M extends Method>(method: M, payload: Opts<M>, options?: CallOptions): Promise<Result<M>>;
}

const CALL_TIMEOUT = 15_000;
const PATIENCE = 30_000;
const COSMETIC: ReadonlySet<string> = new Set([
  'editMessageText',
  'editMessageReplyMarkup',
  'editMessageCaption',
  'sendChatAction',
]);

export function createTelegramTransport({
  token,
  apiRoot,
  agent,
  clock,
  log,
  onMigrated,
}: {
  token: Secret;
  /** For example https://api.telegram.org */
  apiRoot: string;
  /** Proxy agent. */
  agent?: Agent;
  clock: Clock;
  log: Logger;
  /** A group became a supergroup: whatever was kept under its old id belongs to the new one. */
  onMigrated?: (from: number, to: number) => Promise<void>;
}): Transport {
  const client = new Client(token.reveal(), {
    apiRoot: apiRoot.replace(/\/*$/, '/'),
    webhookReply: false,
    ...(agent && { agent }),
  });
  const budget = createBudget({
    clock,
    silenceAsked(error) {
      const { kind, retryAfterMs } = failureOf(error);
      return kind === 'flood' ? (retryAfterMs ?? 1000) : null;
    },
  });
  /** Groups that were told to have moved; rows that still name the old id are served all the same. */
  const moved = new Map<number, number>();

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
      return (await client.callApi(method, forUpload(payload), { signal: shim })) as Result<M>;
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
      return once(method, plainly(payload) as Opts<M>, options);
    }
  }

  async function paced<M extends Method>(
    chat: string,
    method: M,
    payload: Opts<M>,
    options: CallOptions,
  ): Promise<Result<M>> {
    const cosmetic = COSMETIC.has(method) || options.patienceMs === 0;
    const attempt = async (): Promise<Result<M>> => {
      try {
        return await readable<M>(method, payload, options);
      } catch (error) {
        const { kind, retryAfterMs } = failureOf(error);
        if (kind === 'flood') log.warn({ method, chat, retryAfterMs }, 'Telegram asks us to wait');
        throw error;
      }
    };
    return budget.spend<Result<M>>(chat, attempt, {
      urgency: options.urgency ?? (cosmetic ? 'cosmetic' : 'alert'),
      until: clock.now().getTime() + (options.patienceMs ?? PATIENCE),
      signal: options.signal,
    });
  }

  /** A message to a group that moved is sent once more, to where it is now. */
  async function following<M extends Method>(
    chat: number | string,
    method: M,
    payload: Opts<M>,
    options: CallOptions,
  ): Promise<Result<M>> {
    // Messages of the old group cannot be touched in the new one, where their ids are others'.
    const follows = method.startsWith('send');
    const to = follows ? moved.get(Number(chat)) : undefined;
    if (to !== undefined) return paced(String(to), method, movedTo(to, payload), options);
    try {
      return await paced(String(chat), method, payload, options);
    } catch (error) {
      const { migratedTo } = failureOf(error);
      if (migratedTo === null) throw error;
      await noteMove(Number(chat), migratedTo);
      if (!follows) throw error;
      return paced(String(migratedTo), method, movedTo(migratedTo, payload), options);
    }
  }

  async function noteMove(from: number, to: number): Promise<void> {
    if (moved.get(from) === to) return;
    moved.set(from, to);
    log.info({ from, to }, 'a group has become a supergroup');
    await onMigrated?.(from, to).catch((error: unknown) => {
      moved.delete(from);
      log.warn({ from, to, error: toOpsError(error).message }, 'a move could not be recorded');
    });
  }

  return {
    call(method, payload, options = {}) {
      const chat = chatOf(payload);
      return chat === null
        ? readable(method, payload, options)
        : following(chat, method, payload, options);
    },
  };
}
