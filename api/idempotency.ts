import { createHash, randomUUID, scrypt } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { OpsError, toOpsError } from '#domain/errors.ts';
import type { Logger } from '#domain/ports.ts';
import type { IdempotencyRepository } from '#domain/repositories.ts';
import { tokenOf } from './access.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The caller's Idempotency-Key, or one of our own. */
    idempotencyKey: string;
    idempotencyHeld: boolean;
  }
}

const VISIBLE = /^[\x21-\x7e]{1,255}$/;
const METHODS = new Set(['POST', 'PATCH']);

/**
 * Idempotency-Key on every POST and PATCH: the first success is stored under (token, key) and
 * replayed for the same request. Failures free the key, for nothing was accepted; where the answer
 * was lost after all, the operation's own key finds it again.
 */
export function idempotent(
  app: FastifyInstance,
  { idempotency, log }: { idempotency: IdempotencyRepository; log: Logger },
): void {
  app.decorateRequest('idempotencyKey', '');
  app.decorateRequest('idempotencyHeld', false);

  app.addHook('preHandler', async (request, reply) => {
    if (!METHODS.has(request.method) || !request.apiToken) return;
    const key = request.headers['idempotency-key'];
    if (key === undefined) {
      // Nobody can repeat a key that nobody knows: no record is needed.
      request.idempotencyKey = randomUUID();
      return;
    }
    if (typeof key !== 'string' || !VISIBLE.test(key)) {
      throw new OpsError('invalid_input', 'The Idempotency-Key is not usable.', {
        hint: 'Send it once, 1 to 255 visible ASCII characters, for example a UUID.',
      });
    }
    request.idempotencyKey = key;
    const start = await idempotency.begin(
      tokenOf(request).id,
      key,
      await fingerprint(request, key),
    );
    if (start.state === 'fresh') {
      request.idempotencyHeld = true;
      return;
    }
    if (start.state === 'replay') {
      reply.code(start.status).header('idempotency-replayed', 'true');
      return reply.send(start.body);
    }
    throw start.state === 'mismatch'
      ? new OpsError('idempotency_mismatch', 'This Idempotency-Key came with another request.', {
          hint: 'Use a new key for a new request.',
        })
      : new OpsError('conflict', 'A request with this Idempotency-Key is still under way.', {
          hint: 'Repeat it in a moment: the answer will be replayed.',
          retryAfterMs: 1_000,
        });
  });

  app.addHook('onSend', async (request, reply, payload) => {
    if (!request.idempotencyHeld) return;
    request.idempotencyHeld = false;
    const scope = tokenOf(request).id;
    const key = request.idempotencyKey;
    try {
      if (reply.statusCode >= 400) {
        await idempotency.abandon(scope, key);
      } else {
        const body: unknown = typeof payload === 'string' ? JSON.parse(payload) : null;
        const kept = request.routeOptions.config.forReplay?.(body) ?? body;
        await idempotency.complete(scope, key, reply.statusCode, kept);
      }
    } catch (error) {
      // The work is done or refused either way: the caller gets its answer.
      log.warn(
        { request: request.id, error: toOpsError(error).message },
        'the idempotency record was not closed',
      );
    }
  });
}

/** The key under which the agent knows a request: one per (token, Idempotency-Key). */
export const operationKey = (request: FastifyRequest): string =>
  `api:${tokenOf(request).id}:${request.idempotencyKey}`;

async function fingerprint(request: FastifyRequest, key: string): Promise<string> {
  // Routes answer alike with and without a trailing slash, so the path does not count: the
  // route's pattern and its parameters do.
  const text = canonical([
    request.method,
    request.routeOptions.url,
    request.params ?? {},
    request.body ?? {},
  ]);
  if (!request.routeOptions.config.secretBody) {
    return createHash('sha256').update(text).digest('hex');
  }
  const salt = `${tokenOf(request).id}:${key}`;
  return new Promise((resolve, reject) => {
    scrypt(text, salt, 32, (error, hash) =>
      error ? reject(error) : resolve(hash.toString('hex')),
    );
  });
}

/** JSON with sorted keys: the same request in another order is the same request. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, v: unknown) =>
    v !== null && typeof v === 'object' && !Array.isArray(v)
      ? Object.fromEntries(Object.entries(v).sort(([a], [b]) => (a < b ? -1 : 1)))
      : typeof v === 'bigint'
        ? v.toString()
        : v,
  );
}
