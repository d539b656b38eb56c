import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OutboxMessage } from '#domain/notification.ts';
import { Secret } from '#domain/secret.ts';
import { quietLog } from '#test/builders/quiet-log.ts';
import { outboxMessage } from '#test/fakes/memory-outbox.ts';
import { createHttpFactory } from './http.ts';
import { createNotificationWebhook, signatureOf } from './notification-webhook.ts';

interface Call {
  readonly body: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}
const calls: Call[] = [];
let answer: number | 'cut' = 204;
const server = createServer(async (request, response) => {
  let body = '';
  for await (const chunk of request) body += chunk;
  calls.push({ body, headers: request.headers });
  if (answer === 'cut') return void request.socket.destroy();
  response.writeHead(answer).end();
});
beforeEach(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  calls.splice(0);
  answer = 204;
  await new Promise((resolve) => server.close(resolve));
});

const secret = new Secret('s3cret');
const now = new Date('2026-01-02T03:04:05Z');
const incident = '01930000-0000-7000-8000-000000000001';
const message: OutboxMessage = {
  ...outboxMessage(
    {
      ...{ dedupeKey: 'k', severity: 'critical', kind: 'incident_escalated' },
      params: { server: 'vps-1', who: '', to: 'webhook', incident },
      ...{ serverHandle: 'vps-1', operationId: null },
    },
    { chatId: 0n, threadId: 0 },
    { now: () => now },
  ),
  ...{ id: 'message-1', channel: 'webhook', attempts: 2 },
};
const webhook = (over: { url?: Secret | undefined; secret?: Secret | undefined } = {}) =>
  createNotificationWebhook({
    http: createHttpFactory({ log: quietLog() }),
    url: new Secret(`http://127.0.0.1:${(server.address() as AddressInfo).port}/hook?key=abc`),
    ...{ secret, describe: () => 'Nobody has taken vps-1.', ...over },
    clock: { now: () => now, sleep: async () => {} },
  });
const never = new AbortController().signal;

describe('the webhook', () => {
  it('is told in one signed POST', async () => {
    expect(await webhook()([message], never)).toEqual({ status: 'sent' });
    const [call] = calls;
    expect(JSON.parse(call?.body ?? '')).toEqual({
      ...{ schema: 'zavhoz.notification', version: 1, id: 'message-1' },
      ...{ kind: 'incident_escalated', severity: 'critical', text: 'Nobody has taken vps-1.' },
      ...{ server: 'vps-1', incident_id: incident, operation_id: null },
      params: { server: 'vps-1', who: '', to: 'webhook', incident },
      ...{ created_at: now.toISOString(), sent_at: now.toISOString(), attempt: 2 },
    });
    expect(call?.headers).toMatchObject({
      'content-type': 'application/json',
      'idempotency-key': 'message-1',
      'x-zavhoz-signature': `sha256=${signatureOf(call?.body ?? '', secret)}`,
    });
    // Known by anybody who computes it anew.
    expect(signatureOf('{"a":1}', secret)).toBe(
      '5910e62016ef5034272c926c27071992a465c2335cecf41851bda071577f4f6d',
    );
  });

  it('is told without a signature where there is no secret', async () => {
    await webhook({ secret: undefined })([message], never);
    expect(calls[0]?.headers['x-zavhoz-signature']).toBeUndefined();
  });

  it.each([500, 404, 302, 'cut'] as const)(
    'is told again after %s, and its address stays secret',
    async (how) => {
      answer = how;
      const result = await webhook()([message], never);
      expect(result).toMatchObject({ status: 'later', retryAfterMs: null });
      expect(JSON.stringify(result)).not.toContain('key=abc');
    },
  );

  it('is given up where there is none', async () => {
    expect(await webhook({ url: undefined })([message], never)).toMatchObject({ status: 'gone' });
    expect(calls).toEqual([]);
  });
});
