import type { FastifyReply } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Accepted, Agent } from '#domain/agent.ts';
import { RebuildMode } from '#domain/operation.ts';
import type {
  IncidentRepository,
  OperationRepository,
  ServerRepository,
} from '#domain/repositories.ts';
import { actorOf, requireMayWipe } from '../access.ts';
import { operationKey } from '../idempotency.ts';
import { PagingQuery, pageOf } from '../wire/common.ts';
import { IncidentWire, incidentToWire } from '../wire/incident.ts';
import {
  AcceptedWire,
  acceptedToWire,
  DelaySeconds,
  OperationWire,
  operationToWire,
} from '../wire/operation.ts';
import { answers, IDEMPOTENCY_NOTE } from './answers.ts';
import { HandleParams } from './server-lookup.ts';

interface ServerActionDeps {
  readonly agent: Agent;
  readonly servers: ServerRepository;
  readonly operations: OperationRepository;
  readonly incidents: IncidentRepository;
  readonly publicUrl: string;
}

export const serverActionRoutes =
  ({ agent, servers, operations, incidents, publicUrl }: ServerActionDeps): FastifyPluginAsyncZod =>
  async (app) => {
    const accept = (reply: FastifyReply, accepted: Accepted) =>
      reply
        .code(202)
        .header('location', `/api/operations/${accepted.operation.id}`)
        .send(acceptedToWire(accepted));

    app.post(
      '/servers/:handle/force-rebuild',
      {
        config: { scope: 'operate' },
        schema: {
          operationId: 'forceRebuild',
          summary: 'Reinstall a server, or reset its password and provision it anew',
          description: `Mode reinstall (the default) wipes the disk and needs scope admin, reset keeps it. With delay_seconds it begins later, and a cancel until then leaves the server as it was. ${IDEMPOTENCY_NOTE}`,
          tags: ['servers'],
          params: HandleParams,
          body: z.strictObject({
            mode: RebuildMode.default('reinstall'),
            delay_seconds: DelaySeconds,
          }),
          response: answers({ 202: AcceptedWire }),
        },
      },
      async (request, reply) => {
        const { mode, delay_seconds: delaySeconds } = request.body;
        requireMayWipe(request, mode);
        const { handle: target } = request.params;
        const [by, key] = [actorOf(request), operationKey(request)];
        return accept(
          reply,
          await agent.submit({ kind: 'rebuild', mode, target, by, key, delaySeconds }),
        );
      },
    );

    app.post(
      '/servers/:handle/provision',
      {
        config: { scope: 'operate' },
        schema: {
          operationId: 'provisionServer',
          summary: 'Prepare a server',
          description: IDEMPOTENCY_NOTE,
          tags: ['servers'],
          params: HandleParams,
          body: z.strictObject({}),
          response: answers({ 202: AcceptedWire }),
        },
      },
      async (request, reply) =>
        accept(
          reply,
          await agent.submit({
            kind: 'provision',
            target: request.params.handle,
            by: actorOf(request),
            key: operationKey(request),
          }),
        ),
    );

    app.get(
      '/servers/:handle/rebuild-preview',
      {
        config: { scope: 'read' },
        schema: {
          operationId: 'previewRebuild',
          summary: 'What a force_rebuild would do, for a person to read first',
          tags: ['servers'],
          params: HandleParams,
          querystring: z.strictObject({ mode: RebuildMode.default('reinstall') }),
          response: answers({
            200: z.object({
              server_handle: z.string(),
              mode: RebuildMode,
              lines: z.array(z.string()),
            }),
          }),
        },
      },
      async (request) => {
        const { handle } = request.params;
        const { mode } = request.query;
        return {
          server_handle: handle,
          mode,
          lines: [...(await agent.previewRebuild(handle, mode))],
        };
      },
    );

    app.get(
      '/servers/:handle/incidents',
      {
        config: { scope: 'read' },
        schema: {
          operationId: 'listServerIncidents',
          summary: 'Incidents of one server, newest first',
          tags: ['servers'],
          params: HandleParams,
          querystring: z.strictObject(PagingQuery),
          response: answers({ 200: pageOf(IncidentWire) }),
        },
      },
      async (request) => {
        const { handle } = await servers.require(request.params.handle);
        const page = await incidents.list({ serverHandle: handle }, request.query);
        return {
          items: page.items.map(incidentToWire(publicUrl)),
          total: page.total,
          ...request.query,
        };
      },
    );

    app.get(
      '/servers/:handle/operations',
      {
        config: { scope: 'read' },
        schema: {
          operationId: 'listServerOperations',
          summary: 'Operations of one server, newest first',
          tags: ['servers'],
          params: HandleParams,
          querystring: z.strictObject(PagingQuery),
          response: answers({ 200: pageOf(OperationWire) }),
        },
      },
      async (request) => {
        const { handle } = await servers.require(request.params.handle);
        const page = await operations.list({ serverHandle: handle }, request.query);
        return { items: page.items.map(operationToWire), total: page.total, ...request.query };
      },
    );
  };
