import { createHmac } from 'node:crypto';
import { toOpsError } from '#domain/errors.ts';
import type { Notification, OutboxMessage } from '#domain/notification.ts';
import type { Clock, HttpFactory } from '#domain/ports.ts';
import type { Secret } from '#domain/secret.ts';

export const WEBHOOK_SCHEMA = 'zavhoz.notification';
export const WEBHOOK_VERSION = 1;
const DEADLINE_MS = 10_000;

/** What became of one call; the outbox repeats what is `later`, with growing pauses. */
export type WebhookResult =
  | { readonly status: 'sent' }
  | { readonly status: 'later'; readonly reason: string; readonly retryAfterMs: number | null }
  | { readonly status: 'gone'; readonly reason: string };

/**
 * Tells the generic webhook (docs/notification-webhook.md): one POST of JSON per message, signed
 * with HMAC-SHA-256 where there is a secret. Never throws for what the other side answers.
 */
export function createNotificationWebhook({
  http,
  url,
  secret,
  describe,
  clock,
}: {
  readonly http: HttpFactory;
  /** Undefined: there is none, and every message is given up. */
  readonly url: Secret | undefined;
  readonly secret: Secret | undefined;
  /** The message as people read it. */
  describe(notification: Notification): string;
  readonly clock: Clock;
}) {
  async function post(message: OutboxMessage, to: Secret, signal: AbortSignal) {
    const body = bodyOf(message, describe(message.notification), clock.now());
    const text = JSON.stringify(body);
    const request = http({
      baseUrl: to.reveal(),
      headers: {
        'Idempotency-Key': body.id,
        ...(secret && { 'X-Zavhoz-Signature': `sha256=${signatureOf(text, secret)}` }),
      },
    });
    return request({ method: 'POST', path: '', body, timeoutMs: DEADLINE_MS, signal });
  }

  return async (
    [message]: readonly OutboxMessage[],
    signal: AbortSignal,
  ): Promise<WebhookResult> => {
    if (!message) return { status: 'sent' };
    if (!url) return { status: 'gone', reason: 'NOTIFICATION_WEBHOOK_URL is not set.' };
    try {
      const { status } = await post(message, url, signal);
      if (status >= 200 && status < 300) return { status: 'sent' };
      return { status: 'later', reason: `The webhook answers ${status}.`, retryAfterMs: null };
    } catch (error) {
      // Its address may be a secret: the reason names the trouble alone.
      const { code } = toOpsError(error);
      return {
        status: 'later',
        reason: `The webhook cannot be told: ${code}.`,
        retryAfterMs: null,
      };
    }
  };
}

/** Of the very bytes of the body. */
export const signatureOf = (text: string, secret: Secret): string =>
  createHmac('sha256', secret.reveal()).update(text).digest('hex');

function bodyOf(message: OutboxMessage, text: string, now: Date) {
  const { id, notification, incidentId, createdAt, attempts } = message;
  const { kind, severity, serverHandle, operationId, params } = notification;
  return {
    ...{ schema: WEBHOOK_SCHEMA, version: WEBHOOK_VERSION, id, kind, severity, text },
    server: serverHandle,
    incident_id: incidentId,
    operation_id: operationId,
    params,
    created_at: createdAt.toISOString(),
    sent_at: now.toISOString(),
    attempt: attempts,
  };
}
