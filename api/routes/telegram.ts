import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { ApiDeps } from '../deps.ts';

/** A message answers another, which may be as long, with all its entities and buttons. */
const BODY_LIMIT = 1024 * 1024;
const HEADER = 'x-telegram-bot-api-secret-token';
const Update = z.looseObject({ update_id: z.int() });

/** Hashes are of one length, so that not even that of the secret shows in the time it takes. */
const same = (given: string, wanted: string): boolean => {
  const [a, b] = [given, wanted].map((text) => createHash('sha256').update(text).digest());
  return a !== undefined && b !== undefined && timingSafeEqual(a, b);
};

/** Updates that Telegram brings. Whoever is not Telegram learns nothing, not even that this is here. */
export const telegramRoutes =
  ({ telegram, log }: Pick<ApiDeps, 'telegram' | 'log'>): FastifyPluginAsyncZod =>
  async (app) => {
    if (!telegram) return;
    app.post(
      '/telegram/webhook/:key',
      {
        bodyLimit: BODY_LIMIT,
        config: { scope: 'public' },
        schema: { hide: true, params: z.object({ key: z.string() }), body: Update },
        // Before the body is read: it is nobody's business else.
        async onRequest(request, reply) {
          const { key } = request.params as { key: string };
          if (!same(key, telegram.key)) return reply.callNotFound();
          const secret = request.headers[HEADER];
          if (typeof secret === 'string' && same(secret, telegram.secret.reveal())) return;
          log.warn({ address: request.ip }, 'the webhook was called without its secret');
          return reply.code(401).send();
        },
      },
      async (request, reply) => {
        await telegram.store(request.body);
        // Only now: until it is answered with 200 Telegram brings it again.
        return reply.code(200).send();
      },
    );
  };
