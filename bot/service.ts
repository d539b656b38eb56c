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

export const POLLER_LEASE = 'telegram:poller';
const STANDBY_MS = 5000;

export interface BotHealth extends PollingHealth {
  /** standby: another process polls. connecting: Telegram has not answered yet. */
  readonly state: 'stopped' | 'connecting' | 'standby' | 'polling';
  /** Milliseconds since the last getUpdates that was answered; null before the first. */
  readonly pollingAgeMs: number | null;
}

export interface BotService {
  /** Runs until aborted and survives the loss of Telegram, database and lease. */
  run(signal: AbortSignal): Promise<void>;
  health(): BotHealth;
  /** For the outbox: tells one chat, in its language, what happened. */
  readonly tell: ReturnType<typeof createTell>;
}

export interface BotServiceDeps extends BotDeps, Pick<TellDeps, 'migrate'> {
  readonly transport: Transport;
  readonly updates: ChatUpdates;
  readonly leases: Leases;
  /** Seconds of one long poll. */
  readonly pollSeconds?: number;
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
  });
  const poller = createPoller({
    transport,
    updates,
    clock,
    log,
    onStored: processor.wake,
    ...(deps.pollSeconds !== undefined && { pollSeconds: deps.pollSeconds }),
  });

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
    try {
      await connect(both);
      if (both.aborted) return;
      state = 'polling';
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
          else state = 'standby';
        } catch (error) {
          log.warn({ error: String(error) }, 'the bot was interrupted');
        }
        if (!signal.aborted) await clock.sleep(STANDBY_MS, signal).catch(() => undefined);
      }
      state = 'stopped';
    },
    health() {
      const polling = poller.health();
      const at = polling.lastSuccessAt?.getTime();
      return {
        ...polling,
        state,
        pollingAgeMs: at === undefined ? null : clock.now().getTime() - at,
      };
    },
    tell: createTell(deps),
  };
}
