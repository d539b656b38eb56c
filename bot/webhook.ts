import type { Clock, Logger } from '#domain/ports.ts';
import { failureOf } from './failure.ts';
import { ALLOWED_UPDATES, type Poller, type PollingHealth } from './polling.ts';
import type { Transport } from './transport.ts';
import type { WebhookTarget } from './webhook-target.ts';

/** How often Telegram is asked how the delivery goes. */
const LOOK_MS = 30_000;
/** An error that is older says nothing about what waits now. */
const FRESH_ERROR_SECONDS = 3600;
/** People write one after the other; Telegram need not open forty connections at once. */
const CONNECTIONS = 10;

type Info = Awaited<ReturnType<typeof look>>;
const look = (transport: Transport, signal: AbortSignal) =>
  transport.call('getWebhookInfo', {}, { signal });

/**
 * Keeps Telegram calling this address, in place of polling: sets the webhook at its start and again
 * when it is another, and judges by Telegram's own account whether updates arrive.
 */
export function createWebhookKeeper({
  transport,
  target,
  clock,
  log,
}: {
  transport: Transport;
  target: WebhookTarget;
  clock: Clock;
  log: Logger;
}): Poller {
  let lastSuccessAt: Date | null = null;
  let conflictSince: Date | null = null;
  let lastError: string | null = null;

  async function set(signal: AbortSignal): Promise<void> {
    await transport.call(
      'setWebhook',
      {
        url: target.url,
        secret_token: target.secret.reveal(),
        allowed_updates: [...ALLOWED_UPDATES],
        max_connections: CONNECTIONS,
      },
      { signal },
    );
    log.info({ url: new URL(target.url).origin }, 'Telegram brings updates to the webhook');
  }

  function judge(info: Info): void {
    const failed = info.last_error_date ?? 0;
    const fresh = clock.now().getTime() / 1000 - failed < FRESH_ERROR_SECONDS;
    if (info.pending_update_count > 0 && fresh) {
      lastError = info.last_error_message ?? 'Telegram cannot deliver its updates.';
      const fields = { reason: lastError, waiting: info.pending_update_count };
      log.warn(fields, 'Telegram does not reach the webhook');
      return;
    }
    lastSuccessAt = clock.now();
    lastError = null;
  }

  /** True when the webhook is ours already. */
  function isOurs(info: Info, before: boolean): boolean {
    const kinds = [...(info.allowed_updates ?? [])].sort().join();
    if (info.url === target.url) {
      conflictSince = null;
      return before && kinds === [...ALLOWED_UPDATES].sort().join();
    }
    // It was ours, and somebody with the same token has set another: a second agent.
    if (before) conflictSince ??= clock.now();
    return false;
  }

  async function recover(error: unknown, failures: number, signal: AbortSignal): Promise<void> {
    const { kind, reason, retryAfterMs } = failureOf(error);
    lastError = reason;
    const worst = kind === 'login' ? 60_000 : 30_000;
    const wait = retryAfterMs ?? Math.min(worst, 500 * 2 ** Math.min(failures, 10));
    log.warn({ reason, kind, wait }, 'the webhook could not be looked after');
    await clock.sleep(wait, signal).catch(() => undefined);
  }

  return {
    async run(signal) {
      // Set anew by each process: Telegram does not say which secret it has.
      let ours = false;
      for (let failures = 0; !signal.aborted; ) {
        try {
          const info = await look(transport, signal);
          if (isOurs(info, ours)) judge(info);
          else {
            await set(signal);
            if (!ours) lastSuccessAt = clock.now();
            ours = true;
          }
          failures = 0;
          await clock.sleep(LOOK_MS, signal).catch(() => undefined);
        } catch (error) {
          if (!signal.aborted) await recover(error, ++failures, signal);
        }
      }
    },
    health: (): PollingHealth => ({ lastSuccessAt, conflictSince, lastError }),
  };
}
