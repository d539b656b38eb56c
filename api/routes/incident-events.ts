import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { IncidentRepository } from '#domain/repositories.ts';
import { IncidentEventWire, incidentEventToWire } from '../wire/incident.ts';
import { answers } from './answers.ts';
import { IncidentParams, requireIncident } from './incident-lookup.ts';

export const incidentEventRoutes =
  ({ incidents }: { readonly incidents: IncidentRepository }): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      '/incidents/:id/events',
      {
        config: { scope: 'read' },
        schema: {
          operationId: 'listIncidentEvents',
          summary: 'The timeline of an incident, oldest first: facts, actions, messages, people',
          tags: ['incidents'],
          params: IncidentParams,
          response: answers({
            200: z.object({ items: z.array(IncidentEventWire), total: z.number().int() }),
          }),
        },
      },
      async (request) => {
        const { id } = await requireIncident(incidents, request.params.id);
        const events = await incidents.events(id);
        return { items: events.map(incidentEventToWire), total: events.length };
      },
    );
  };
