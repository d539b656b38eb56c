import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { OpsError, toOpsError } from '#domain/errors.ts';
import type { Clock, Logger } from '#domain/ports.ts';
import type { OperationRepository } from '#domain/repositories.ts';
import { tokenOf } from '../access.ts';
import type { StreamLimits } from '../deps.ts';
import { createStreamSlots } from '../stream-slots.ts';
import { answers } from './answers.ts';
import { operationStream } from './operation-stream.ts';

interface EventRouteDeps {
  readonly operations: OperationRepository;
  readonly clock: Clock;
  readonly log: Logger;
  readonly limits: StreamLimits;
}

/** A reader that takes nothing for this long is gone; heartbeats keep a living one. */
const STUCK_MS = 60_000;
const Seq = z.coerce.number().int().min(0).max(2_147_483_647);

export const operationEventRoutes =
  ({ operations, clock, log, limits }: EventRouteDeps): FastifyPluginAsyncZod =>
  async (app) => {
    const slots = createStreamSlots(limits);
    // A drain must not wait for readers: they come back with Last-Event-ID.
    const closing = new AbortController();
    app.addHook('preClose', async () => closing.abort());

    app.get(
      '/operations/:id/events',
      {
        config: { scope: 'read' },
        schema: {
          operationId: 'streamOperationEvents',
          summary: 'Follow an operation (server-sent events)',
          description:
            'Replays from the start, or after Last-Event-ID or ?after=, then follows. Event types: status, step, task, input, note; `end` closes the stream at the terminal status.',
          tags: ['operations'],
          params: z.object({ id: z.uuid() }),
          querystring: z.strictObject({ after: Seq.default(0) }),
          response: answers({
            200: {
              description: 'A stream of events',
              content: { 'text/event-stream': { schema: z.string() } },
            },
          }),
        },
      },
      async (request, reply) => {
        const { id } = await operations.require(request.params.id);
        const after = lastEventId(request.headers['last-event-id']) ?? request.query.after;
        const release = slots.take(tokenOf(request).id);
        const gone = new AbortController();
        reply.raw.once('close', () => gone.abort());
        const signal = AbortSignal.any([gone.signal, closing.signal]);

        reply.hijack();
        try {
          reply.raw.setTimeout(STUCK_MS);
          reply.raw.writeHead(200, {
            'content-type': 'text/event-stream; charset=utf-8',
            'cache-control': 'no-cache, no-transform',
            // Proxies that buffer would hold back the news.
            'x-accel-buffering': 'no',
            'x-request-id': request.id,
          });
          const stream = operationStream({ operations, clock, log, limits, id, after, signal });
          await pipeline(Readable.from(stream, { objectMode: false }), reply.raw);
        } catch (error) {
          if (!signal.aborted) {
            log.warn({ request: request.id, error: toOpsError(error).message }, 'a stream broke');
          }
          reply.raw.destroy();
        } finally {
          release();
        }
      },
    );
  };

function lastEventId(header: string | string[] | undefined): number | null {
  if (header === undefined || header === '') return null;
  const parsed = Seq.safeParse(header);
  if (parsed.success) return parsed.data;
  throw new OpsError('invalid_input', 'Last-Event-ID is not the id of an event.', {
    hint: 'It is the number that came as "id:" with the last event seen.',
  });
}
