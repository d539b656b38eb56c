import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { OpsError } from '#domain/errors.ts';
import { Care, ServerStatus } from '#domain/server.ts';
import { actorOf } from '../access.ts';
import type { ApiDeps } from '../deps.ts';
import { line, oneOrMore, PagingQuery, pageOf } from '../wire/common.ts';
import {
  LabelFilter,
  ServerCreate,
  ServerShown,
  ServerWire,
  serverShown,
  serverToWire,
} from '../wire/server.ts';
import { answers, IDEMPOTENCY_NOTE } from './answers.ts';
import { HandleParams, requireJumpHost } from './server-lookup.ts';

export const serverRoutes =
  ({
    servers,
    providerDetails,
  }: Pick<ApiDeps, 'servers' | 'providerDetails'>): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      '/servers',
      {
        config: { scope: 'read' },
        schema: {
          operationId: 'listServers',
          summary: 'Servers, filtered and paged',
          tags: ['servers'],
          querystring: z.strictObject({
            status: oneOrMore(ServerStatus),
            provider: line(64).optional(),
            group: line(64).optional(),
            care: oneOrMore(Care),
            label: LabelFilter.optional(),
            search: line(128).optional(),
            ...PagingQuery,
          }),
          response: answers({ 200: pageOf(ServerWire) }),
        },
      },
      async (request) => {
        const { offset, limit, ...filter } = request.query;
        const page = await servers.list(filter, { offset, limit });
        return { items: page.items.map(serverToWire), total: page.total, offset, limit };
      },
    );

    app.get(
      '/servers/:handle',
      {
        config: { scope: 'read' },
        schema: {
          operationId: 'getServer',
          summary: 'One server',
          tags: ['servers'],
          params: HandleParams,
          response: answers({ 200: ServerShown }),
        },
      },
      async (request) => {
        const server = await servers.require(request.params.handle);
        return serverShown(server, await providerDetails.find(server.id));
      },
    );

    app.post(
      '/servers',
      {
        config: { scope: 'operate' },
        schema: {
          operationId: 'createServer',
          summary: 'Enter a server by hand',
          description: IDEMPOTENCY_NOTE,
          tags: ['servers'],
          body: ServerCreate,
          response: answers({ 201: ServerWire }),
        },
      },
      async (request, reply) => {
        const { connection, ...body } = request.body;
        if (await servers.find(body.handle)) {
          throw new OpsError('conflict', `A server named ${body.handle} exists already.`, {
            hint: `Change it by PATCH /api/servers/${body.handle}.`,
          });
        }
        await requireJumpHost(servers, connection.jump_host);
        const server = await servers.create({
          handle: body.handle,
          providerAccount: body.provider_account,
          providerRef: body.provider_ref ?? body.handle,
          connection: {
            ipv4: connection.ipv4,
            ipv6: connection.ipv6,
            family: connection.family ?? (connection.ipv4 === null ? 'ipv6' : 'ipv4'),
            port: connection.port,
            user: connection.user,
            become: connection.become,
            jumpHost: connection.jump_host,
          },
          care: body.care,
          ...(body.group === undefined ? {} : { group: body.group }),
          ...(body.labels === undefined ? {} : { labels: body.labels }),
          ...(body.notes === undefined ? {} : { notes: body.notes }),
          ...(body.region === undefined ? {} : { region: body.region }),
          by: actorOf(request),
        });
        return reply
          .code(201)
          .header('location', `/api/servers/${server.handle}`)
          .send(serverToWire(server));
      },
    );
  };
