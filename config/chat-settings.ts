import { z } from 'zod';
import { Secret } from '#domain/secret.ts';
import { count, field, numberList, secret, webUrl } from './fields.ts';

/** Settings of the chat and of what people are told. */
export const CHAT_SETTINGS = {
  TELEGRAM_BOT_TOKEN: field(
    secret.optional(),
    'Token of the Telegram bot',
    'Telegram is off',
    true,
  ),
  TELEGRAM_API_ROOT: field(
    webUrl.default('https://api.telegram.org'),
    'Address of the Bot API server',
    'https://api.telegram.org',
  ),
  TELEGRAM_UPDATES: field(
    z.enum(['polling', 'webhook']).default('polling'),
    'How updates come: polling asks Telegram; webhook lets Telegram call ZAVHOZ_PUBLIC_URL (https)',
    'polling',
  ),
  TELEGRAM_WEBHOOK_SECRET: field(
    z
      .string()
      .regex(/^[\w-]{16,256}$/, 'must be 16 to 256 of the characters A-Z, a-z, 0-9, _ and -')
      .transform((text) => new Secret(text))
      .optional(),
    'What Telegram proves itself with; the same for all processes',
    'generated in the data directory',
    true,
  ),
  TELEGRAM_PROXY: field(webUrl.optional(), 'HTTP proxy for Telegram', 'none'),
  ADMIN_TELEGRAM_IDS: field(
    numberList,
    'Telegram user ids that are owners from the start, separated by commas',
    'none: pair with the code printed at start',
  ),
  NOTIFICATION_RATE_LIMIT: field(
    count(60, 1, 1000),
    'Messages per chat and hour; beyond it they are combined, critical ones always pass',
    '60',
  ),
  NOTIFICATION_WEBHOOK_URL: field(
    webUrl.transform((url) => new Secret(url)).optional(),
    'Second channel for alerts and for people on call: told by POST (docs/notification-webhook.md)',
    'none',
    true,
  ),
  NOTIFICATION_WEBHOOK_SECRET: field(
    secret.optional(),
    'Signs what the webhook is told (HMAC-SHA-256)',
    'not signed',
    true,
  ),
} as const;
