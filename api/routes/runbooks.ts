import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { OpsError } from '#domain/errors.ts';
import type { ApiDeps } from '../deps.ts';
import { answers } from './answers.ts';

/** The runbooks that incidents link to. They hold no data, and a link carries no token. */
export const runbookRoutes =
  ({ runbook }: Pick<ApiDeps, 'runbook'>): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      '/runbooks/:page',
      {
        config: { scope: 'public' },
        schema: {
          operationId: 'getRunbook',
          summary: 'What to do by hand, by kind of incident (Markdown)',
          tags: ['system'],
          params: z.object({
            /** The pages link to each other by file name. */
            page: z.string().regex(/^[a-z_]{1,64}(\.md)?$/, 'A name like disk_full.'),
          }),
          response: answers({
            200: { description: 'Runbook', content: { 'text/markdown': { schema: z.string() } } },
          }),
        },
      },
      async (request, reply) => {
        const found = await runbook(request.params.page.replace(/\.md$/, ''));
        if (found !== null) {
          return reply.type('text/markdown; charset=utf-8').serializer(String).send(found);
        }
        throw new OpsError('not_found', `There is no runbook ${request.params.page}.`, {
          hint: 'Try /runbooks/server_incident_recovery.',
        });
      },
    );
  };
