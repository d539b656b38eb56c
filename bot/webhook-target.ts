import { createHash } from 'node:crypto';
import type { Secret } from '#domain/secret.ts';

export interface WebhookTarget {
  /** Where Telegram reaches us: https. */
  readonly url: string;
  /** Comes back with each update; 16 to 256 of A-Z, a-z, 0-9, _ and -. */
  readonly secret: Secret;
}

/** The last part of the address: it changes with the secret and does not give it away. */
export const webhookKey = (secret: Secret): string =>
  createHash('sha256').update(`zavhoz webhook ${secret.reveal()}`).digest('hex').slice(0, 32);
