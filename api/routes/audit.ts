import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { OpsError } from '#domain/errors.ts';
import type { AuditRepository } from '#domain/repositories.ts';
import { AuditWire, auditToWire } from '../wire/audit.ts';
import { line, PagingQuery, pageOf, Time } from '../wire/common.ts';
import { answers } from './answers.ts';

/** Names of people stand in it, so that an administrator's token is needed. */
export const auditRoutes =
  ({ audit }: { readonly audit: Pick<AuditRepository, 'list'> }): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      '/audit',
      {
        config: { scope: 'admin' },
        schema: {
          operationId: 'listAudit',
          summary: 'Who did what to what, newest first',
          description: '`about` finds what somebody did and what was done to it, or to them.',
          tags: ['system'],
          querystring: z.strictObject({
            actor: line(128).optional(),
            target: line(128).optional(),
            about: line(128).optional(),
            action: line(128).optional(),
            operation_id: z.uuid().optional(),
            from: Time.optional(),
            until: Time.optional(),
            ...PagingQuery,
          }),
          response: answers({ 200: pageOf(AuditWire) }),
        },
      },
      async (request) => {
        const { offset, limit, operation_id, from, until, ...words } = request.query;
        if (from && until && Date.parse(from) >= Date.parse(until)) {
          throw new OpsError('invalid_input', 'from: it lies after until.');
        }
        const filter = {
          ...words,
          ...(operation_id !== undefined && { operationId: operation_id }),
          ...(from !== undefined && { from: new Date(from) }),
          ...(until !== undefined && { until: new Date(until) }),
        };
        const page = await audit.list(filter, { offset, limit });
        return { items: page.items.map(auditToWire), total: page.total, offset, limit };
      },
    );
  };
