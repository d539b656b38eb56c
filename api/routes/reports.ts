import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Clock } from '#domain/ports.ts';
import { RUNGS } from '#domain/recovery.ts';
import type { ApiDeps } from '../deps.ts';
import { Time, time } from '../wire/common.ts';
import { RungWire, rungToWire } from '../wire/recovery.ts';
import { answers } from './answers.ts';

const WEEK = 7 * 86_400_000;

export const reportRoutes =
  ({
    recoveries,
    clock,
  }: {
    readonly recoveries: ApiDeps['recoveries'];
    readonly clock: Clock;
  }): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      '/reports/observe',
      {
        config: { scope: 'read' },
        schema: {
          operationId: 'reportObserve',
          summary: 'What recoveries would have done on servers in mode observe, newest first',
          description: 'Over the last 7 days, unless since says otherwise.',
          tags: ['reports'],
          querystring: z.strictObject({ since: Time.optional() }),
          response: answers({
            200: z.object({
              since: Time,
              total: z.number().int(),
              /** How often each rung would have been taken. */
              by_rung: z.record(z.string(), z.number().int()),
              items: z.array(RungWire),
            }),
          }),
        },
      },
      async (request) => {
        const since = request.query.since
          ? new Date(request.query.since)
          : new Date(clock.now().getTime() - WEEK);
        const found = await recoveries.would(since);
        const counts = RUNGS.map(
          (rung) => [rung, found.filter((record) => record.rung === rung).length] as const,
        );
        return {
          since: time(since),
          total: found.length,
          by_rung: Object.fromEntries(counts.filter(([, count]) => count > 0)),
          items: found.map(rungToWire),
        };
      },
    );
  };
