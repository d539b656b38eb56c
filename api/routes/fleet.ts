import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Agent } from '#domain/agent.ts';
import { actorOf } from '../access.ts';
import { line } from '../wire/common.ts';
import { FleetWire, fleetToWire } from '../wire/fleet.ts';
import { answers, IDEMPOTENCY_NOTE } from './answers.ts';

/** The one switch over everything that Zavhoz does by itself. */
export const fleetRoutes =
  ({
    agent,
  }: {
    readonly agent: Pick<Agent, 'fleet' | 'freeze' | 'rearm'>;
  }): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      '/fleet',
      {
        config: { scope: 'read' },
        schema: {
          operationId: 'getFleet',
          summary: 'Whether automatic action is on, and what stops it',
          tags: ['fleet'],
          response: answers({ 200: FleetWire }),
        },
      },
      async () => fleetToWire(await agent.fleet()),
    );

    app.post(
      '/fleet/freeze',
      {
        config: { scope: 'operate' },
        schema: {
          operationId: 'freezeFleet',
          summary: 'Switch all automatic action off until it is re-armed',
          description: `Checks and alerts go on. A recovery under way stops before its next disruptive step. ${IDEMPOTENCY_NOTE}`,
          tags: ['fleet'],
          body: z.strictObject({ reason: line(500) }),
          response: answers({ 200: FleetWire }),
        },
      },
      async (request) => fleetToWire(await agent.freeze(actorOf(request), request.body.reason)),
    );

    app.post(
      '/fleet/rearm',
      {
        config: { scope: 'operate' },
        schema: {
          operationId: 'rearmFleet',
          summary: 'Let automatic action go on: lifts a freeze and closes the breaker',
          description: `Open incidents are recovered again: first one server, then two, then the rest. ${IDEMPOTENCY_NOTE}`,
          tags: ['fleet'],
          body: z.strictObject({}),
          response: answers({ 200: FleetWire }),
        },
      },
      async (request) => fleetToWire(await agent.rearm(actorOf(request))),
    );
  };
