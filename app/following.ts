import { createHttpFactory } from '#adapters/http.ts';
import { createNotificationWebhook } from '#adapters/notification-webhook.ts';
import { createCardKeeper } from '#bot/cards.ts';
import { translator } from '#bot/locales/translate.ts';
import { plainOf } from '#bot/render/html.ts';
import { renderNotification } from '#bot/render/notification.ts';
import type { BotService } from '#bot/service.ts';
import type { Transport } from '#bot/transport.ts';
import { createDigest, DIGEST_SECONDS } from '#workers/digest.ts';
import { createEscalation, ESCALATION_SECONDS } from '#workers/escalation.ts';
import { every } from '#workers/every.ts';
import { createOutbox } from '#workers/outbox.ts';
import type { Core } from './core.ts';

const HEALTH_SECONDS = 15;

/** Where Telegram is off, every message to a chat is given up, so that the webhook hears of it. */
const telegramIsOff = async () =>
  ({ status: 'gone', reason: 'TELEGRAM_BOT_TOKEN is not set.' }) as const;

/**
 * Tells people what happens: outbox, cards, escalation, digests and the second channel. Returns how
 * to stop it. Without Telegram only the webhook is told; without both nothing runs.
 */
export function startFollowing(
  core: Core,
  chat: { readonly bot: Pick<BotService, 'tell'>; readonly transport: Transport } | null,
): () => Promise<void> {
  const { config, repositories, leases, clock, log, metrics } = core;
  const { settings } = config;
  const url = settings.NOTIFICATION_WEBHOOK_URL;
  if (!chat && !url) return async () => {};
  const { outbox } = repositories;
  const common = { outbox, clock, log };
  const webhook = createNotificationWebhook({
    ...{
      http: createHttpFactory({ log }),
      url,
      secret: settings.NOTIFICATION_WEBHOOK_SECRET,
      clock,
    },
    describe: (notification) =>
      plainOf(renderNotification(translator('en'), notification).text.html),
  });
  const toChats = createOutbox({
    ...common,
    tell: chat?.bot.tell ?? telegramIsOff,
    perHour: settings.NOTIFICATION_RATE_LIMIT,
    secondChannel: url !== undefined,
  });
  const toWebhook = createOutbox({ ...common, tell: webhook, channel: 'webhook' });
  const stopping = new AbortController();
  const { signal } = stopping;
  const running = [toChats.run(signal), toWebhook.run(signal)];
  if (chat) {
    const { transport } = chat;
    running.push(createCardKeeper({ ...repositories, transport, leases, clock, log }).run(signal));
  }
  const measure = async () => {
    const { failing } = await outbox.health();
    metrics.gauge('zavhoz_telegram_failing', failing ? 1 : 0);
  };
  const turns = [
    every(
      'escalation',
      ESCALATION_SECONDS,
      createEscalation({ ...repositories, clock, log }),
      core,
    ),
    every('digest', DIGEST_SECONDS, createDigest({ ...repositories, clock, log }), core),
    every('delivery', HEALTH_SECONDS, measure, core),
  ];
  return async () => {
    stopping.abort();
    await Promise.all([...running, ...turns.map((end) => end())]);
  };
}
