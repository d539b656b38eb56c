import type { UserFromGetMe } from 'telegraf/types';
import type { HeldLease, Leases } from '#domain/ports.ts';
import type { ChatUpdates } from './chat-updates.ts';
import { type Bot, createBot } from './create-bot.ts';
import type { BotDeps } from './deps.ts';
import { failureOf } from './failure.ts';
import { createPoller, type PollingHealth } from './polling.ts';
import { createProcessor } from './processor.ts';
import { createTell, type TellDeps } from './tell.ts';
import type { Transport } from './transport.ts';
import { createWebhookKeeper } from './webhook.ts';
import type { WebhookTarget } from './webhook-target.ts';

export const POLLER_LEASE = 'telegram:poller';
const STANDBY_MS = 5000;
/** A long poll takes 25 s, and a webhook is looked at each 30 s. */
const DEAF_MS = 90_000;
/** Another process may have stored an update that a webhook brought. */
const WEBHOOK_SWEEP_MS = 500;

export interface BotHealth extends PollingHealth {
  /** standby: another process polls. connecting: Telegram has not answered yet. */
  readonly state: 'stopped' | 'connecting' | 'standby' | 'polling' | 'webhook';
  /** Milliseconds since updates last were known to come; null before the first time. */
  readonly pollingAgeMs: number | null;
  /** It is this process's turn to hear Telegram, and for 90 s it did not. */
  readonly deaf: boolean;
}

export interface BotService {
  /** Runs until aborted and survives the loss of Telegram, database and lease. */
  run(signal: AbortSignal): Promise<void>;
  health(): BotHealth;
  /** Somebody else has stored an update: the webhook's route. */
  wake(): void;
  /** For the outbox: tells one chat, in its language, what happened. */
  readonly tell: ReturnType<typeof createTell>;
}

export interface BotServiceDeps extends BotDeps, Pick<TellDeps, 'migrate'> {
  readonly transport: Transport;
  readonly updates: ChatUpdates;
  readonly leases: Leases;
  /** Seconds of one long poll. */
  readonly pollSeconds?: number;
  /** Telegram brings updates there; without it they are fetched. */
  readonly webhook?: WebhookTarget;
}

/** Poller, processor and bot under one lease, so that one process at a time talks to Telegram. */
export function createBotService(deps: BotServiceDeps): BotService {
  const { transport, updates, leases, clock, log } = deps;
  let state: BotHealth['state'] = 'stopped';
  let bot: Bot | null = null;
  const withBot = <T>(use: (bot: Bot) => Promise<T>): Promise<T> =>
    bot ? use(bot) : Promise.reject(new Error('The bot does not know its own name yet.'));

  const processor = createProcessor({
    updates,
    handle: (update) => withBot((b) => b.handle(update)),
    givenUp: (update) => withBot((b) => b.apologise(update)),
    clock,
    log,
    ...(deps.webhook && { sweepMs: WEBHOOK_SWEEP_MS }),
  });
  const poller = deps.webhook
    ? createWebhookKeeper({ transport, target: deps.webhook, clock, log })
    : createPoller({
        transport,
        updates,
        clock,
        log,
        onStored: processor.wake,
        ...(deps.pollSeconds !== undefined && { pollSeconds: deps.pollSeconds }),
      });
  /** Since when it is this process's turn; null: it never was, or another has it. */
  let leadingSince: number | null = null;

  async function connect(signal: AbortSignal): Promise<void> {
    for (let failures = 0; !bot && !signal.aborted; failures++) {
      state = 'connecting';
      try {
        const me: UserFromGetMe = await transport.call('getMe', {}, { signal });
        bot = createBot({ ...deps, me });
        log.info({ bot: me.username }, 'Telegram answers');
      } catch (error) {
        const { kind, reason } = failureOf(error);
        const wait =
          kind === 'login' ? 60_000 : Math.min(30_000, 500 * 2 ** Math.min(failures, 10));
        log.warn({ reason, wait }, 'Telegram does not answer');
        await clock.sleep(wait, signal).catch(() => undefined);
      }
    }
  }

  async function lead(lease: HeldLease, signal: AbortSignal): Promise<void> {
    const both = AbortSignal.any([signal, lease.signal]);
    leadingSince ??= clock.now().getTime();
    try {
      await connect(both);
      if (both.aborted) return;
      state = deps.webhook ? 'webhook' : 'polling';
      await Promise.all([poller.run(both), processor.run(both)]);
    } finally {
      await lease.release().catch(() => undefined);
    }
  }

  return {
    async run(signal) {
      while (!signal.aborted) {
        try {
          const lease = await leases.take(POLLER_LEASE);
          if (lease) await lead(lease, signal);
          else {
            state = 'standby';
            leadingSince = null;
          }
        } catch (error) {
          log.warn({ error: String(error) }, 'the bot was interrupted');
        }
        if (!signal.aborted) await clock.sleep(STANDBY_MS, signal).catch(() => undefined);
      }
      state = 'stopped';
    },
    health() {
      const polling = poller.health();
      const [at, now] = [polling.lastSuccessAt?.getTime(), clock.now().getTime()];
      return {
        ...polling,
        state,
        pollingAgeMs: at === undefined ? null : now - at,
        deaf: leadingSince !== null && now - Math.max(at ?? 0, leadingSince) > DEAF_MS,
      };
    },
    wake: processor.wake,
    tell: createTell(deps),
  };
}
