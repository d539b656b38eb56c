import { type WebhookTarget, webhookKey } from '#bot/webhook-target.ts';
import type { Core } from './core.ts';
import { ensurePrivateFile, newWebhookSecret } from './data-dir.ts';

/** Where Telegram brings updates, the same for the API and the bot; null: they are fetched. */
export async function webhookTarget({ config, paths }: Core): Promise<WebhookTarget | null> {
  const { settings, publicUrl } = config;
  if (settings.TELEGRAM_BOT_TOKEN === undefined || settings.TELEGRAM_UPDATES === 'polling') {
    return null;
  }
  const secret =
    settings.TELEGRAM_WEBHOOK_SECRET ??
    (await ensurePrivateFile(paths.webhookSecret, newWebhookSecret));
  const base = publicUrl.replace(/\/+$/, '');
  return { url: `${base}/telegram/webhook/${webhookKey(secret)}`, secret };
}

/** What the API and the bot know of each other where one process runs both. */
export interface ChatLink {
  /** The bot is there. */
  connect(bot: { wake(): void; health(): { readonly deaf: boolean } }): void;
  /** An update was stored. */
  arrived(): void;
  /** Telegram should be heard here, and is not. */
  isDeaf(): boolean;
}

export function createChatLink(): ChatLink {
  let bot: Parameters<ChatLink['connect']>[0] | null = null;
  return {
    connect(one) {
      bot = one;
    },
    arrived: () => bot?.wake(),
    isDeaf: () => bot?.health().deaf ?? false,
  };
}
