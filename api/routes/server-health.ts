import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { OpsError } from '#domain/errors.ts';
import { uptimeOf } from '#domain/health/uptime.ts';
import type { Clock } from '#domain/ports.ts';
import type { ServerRepository } from '#domain/repositories.ts';
import type { ApiDeps } from '../deps.ts';
import { Time, time } from '../wire/common.ts';
import {
  BucketWire,
  bucketToWire,
  HealthWire,
  healthToWire,
  ServicesBody,
  ServicesWire,
  serviceFromWire,
  serviceToWire,
} from '../wire/health.ts';
import { answers } from './answers.ts';
import { HandleParams } from './server-lookup.ts';

interface ServerHealthDeps {
  readonly servers: Pick<ServerRepository, 'require'>;
  readonly serverHealth: ApiDeps['serverHealth'];
  readonly clock: Clock;
}

const DAY = 86_400_000;
/** The span shown unless asked otherwise, and the longest that one answer holds. */
const SPANS = {
  check: { usual: DAY, longest: 2 * DAY },
  hour: { usual: 7 * DAY, longest: 92 * DAY },
  day: { usual: 90 * DAY, longest: 1830 * DAY },
} as const;
const By = z.enum(['check', 'hour', 'day']);

export const serverHealthRoutes =
  ({ servers, serverHealth, clock }: ServerHealthDeps): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      '/servers/:handle/health',
      {
        config: { scope: 'read' },
        schema: {
          operationId: 'getServerHealth',
          summary: 'What the last check of a server saw, and its uptime',
          tags: ['servers'],
          params: HandleParams,
          response: answers({ 200: HealthWire }),
        },
      },
      async (request) => {
        const { id, handle } = await servers.require(request.params.handle);
        const [health, { day, week, month }] = await Promise.all([
          serverHealth.target(id),
          uptimeOf(serverHealth, id, clock.now()),
        ]);
        return healthToWire(handle, health, { '24h': day, '7d': week, '30d': month });
      },
    );

    app.get(
      '/servers/:handle/health/history',
      {
        config: { scope: 'read' },
        schema: {
          operationId: 'getServerHealthHistory',
          summary: 'Checks of a server over time: good, bad, unknown, latency',
          description: 'By check at most 2 days at once, by hour 92, by day 5 years.',
          tags: ['servers'],
          params: HandleParams,
          querystring: z.strictObject({
            from: Time.optional(),
            until: Time.optional(),
            by: By.default('hour'),
          }),
          response: answers({
            200: z.object({
              server_handle: z.string(),
              from: Time,
              until: Time,
              by: By,
              items: z.array(BucketWire),
            }),
          }),
        },
      },
      async (request) => {
        const { id, handle } = await servers.require(request.params.handle);
        const { by } = request.query;
        const until = request.query.until ? new Date(request.query.until) : clock.now();
        const from = request.query.from
          ? new Date(request.query.from)
          : new Date(until.getTime() - SPANS[by].usual);
        const span = until.getTime() - from.getTime();
        if (span <= 0) throw new OpsError('invalid_input', 'from: it lies after until.');
        if (span > SPANS[by].longest) {
          throw new OpsError(
            'invalid_input',
            `By ${by} one answer holds at most ${SPANS[by].longest / DAY} days.`,
            { hint: 'Ask for a shorter span, or by hour or day.' },
          );
        }
        const found = await serverHealth.history(id, { from, until, by });
        return {
          server_handle: handle,
          from: time(from),
          until: time(until),
          by,
          items: found.map(bucketToWire),
        };
      },
    );

    app.get(
      '/servers/:handle/services',
      {
        config: { scope: 'read' },
        schema: {
          operationId: 'getServerServices',
          summary: 'What is checked of a server from outside, service by service',
          tags: ['servers'],
          params: HandleParams,
          response: answers({ 200: ServicesWire }),
        },
      },
      async (request) => {
        const { id, handle } = await servers.require(request.params.handle);
        const services = await serverHealth.services(id);
        return { server_handle: handle, services: services.map(serviceToWire) };
      },
    );

    app.put(
      '/servers/:handle/services',
      {
        config: { scope: 'operate' },
        schema: {
          operationId: 'putServerServices',
          summary: 'Say what is checked of a server from outside: HTTP, TCP, TLS; replaces all',
          tags: ['servers'],
          params: HandleParams,
          body: ServicesBody,
          response: answers({ 200: ServicesWire }),
        },
      },
      async (request) => {
        const { id, handle } = await servers.require(request.params.handle);
        const { services } = request.body;
        await serverHealth.setServices(id, services.map(serviceFromWire));
        return { server_handle: handle, services };
      },
    );
  };
