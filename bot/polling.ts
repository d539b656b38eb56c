import { toOpsError } from '#domain/errors.ts';
import type { Clock, Logger } from '#domain/ports.ts';
import { type ChatUpdates, chatOf } from './chat-updates.ts';
import { type Failure, failureOf } from './failure.ts';
import type { Transport } from './transport.ts';

export const ALLOWED_UPDATES = ['message', 'callback_query'] as const;

/** An empty answer that comes sooner was not waited for: a proxy in between does not hold the line. */
const HELD_MS = 500;

export interface PollingHealth {
  /** The last getUpdates that Telegram answered; with a webhook the last look that found it well. */
  readonly lastSuccessAt: Date | null;
  /** Since when Telegram reports another agent with the same bot. */
  readonly conflictSince: Date | null;
  readonly lastError: string | null;
}

export interface Poller {
  /** Has updates come until aborted; survives everything else. */
  run(signal: AbortSignal): Promise<void>;
  health(): PollingHealth;
}

/** getUpdates with long polling: a batch is stored before the offset moves past it. */
export function createPoller({
  transport,
  updates,
  clock,
  log,
  onStored,
  pollSeconds = 25,
}: {
  transport: Transport;
  updates: ChatUpdates;
  clock: Clock;
  log: Logger;
  onStored(): void;
  pollSeconds?: number;
}): Poller {
  let lastSuccessAt: Date | null = null;
  let conflictSince: Date | null = null;
  let lastError: string | null = null;

  /** Returns the offset that confirms what is stored now; undefined once all is confirmed. */
  async function poll(offset: number | undefined, signal: AbortSignal) {
    const from = clock.now().getTime();
    const batch = await transport.call(
      'getUpdates',
      {
        timeout: pollSeconds,
        limit: 100,
        allowed_updates: [...ALLOWED_UPDATES],
        ...(offset !== undefined && { offset }),
      },
      { signal, timeoutMs: (pollSeconds + 15) * 1000 },
    );
    lastSuccessAt = clock.now();
    conflictSince = null;
    lastError = null;
    // After a quiet week Telegram's ids may start anywhere: an old offset would swallow them.
    if (batch.length === 0) {
      const held = clock.now().getTime() - from;
      if (held < HELD_MS) await clock.sleep(HELD_MS - held, signal).catch(() => undefined);
      return undefined;
    }
    await updates.store(batch.map((payload) => ({ chatId: chatOf(payload), payload })));
    onStored();
    return Math.max(...batch.map((update) => update.update_id)) + 1;
  }

  async function recover(failure: Failure, failures: number, signal: AbortSignal): Promise<void> {
    lastError = failure.reason;
    if (failure.kind === 'conflict') conflictSince ??= clock.now();
    if (failure.kind === 'webhook') {
      await transport.call('deleteWebhook', {}, { signal }).catch(() => undefined);
    }
    const worst = failure.kind === 'login' ? 60_000 : 30_000;
    const wait = failure.retryAfterMs ?? Math.min(worst, 500 * 2 ** Math.min(failures, 10));
    log.warn({ reason: failure.reason, kind: failure.kind, wait }, 'polling failed');
    await clock.sleep(wait, signal).catch(() => undefined);
  }

  return {
    async run(signal) {
      let offset: number | undefined;
      let failures = 0;
      while (!signal.aborted) {
        try {
          offset = await poll(offset, signal);
          failures = 0;
        } catch (error) {
          if (signal.aborted) break;
          await recover(failureOf(error), ++failures, signal);
        }
      }
      await confirm(offset);
    },
    health: () => ({ lastSuccessAt, conflictSince, lastError }),
  };

  /** On a clean stop Telegram learns what is stored; without it the batch comes again, harmlessly. */
  async function confirm(offset: number | undefined): Promise<void> {
    if (offset === undefined) return;
    try {
      await transport.call('getUpdates', { offset, limit: 1, timeout: 0 }, { timeoutMs: 2000 });
    } catch (error) {
      log.debug({ error: toOpsError(error).message }, 'the last offset was not confirmed');
    }
  }
}
