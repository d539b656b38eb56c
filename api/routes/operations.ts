import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Agent } from '#domain/agent.ts';
import { OperationKind, OperationStatus } from '#domain/operation.ts';
import type { OperationRepository } from '#domain/repositories.ts';
import { ServerHandle } from '#domain/server.ts';
import { actorOf } from '../access.ts';
import { oneOrMore, PagingQuery, pageOf } from '../wire/common.ts';
import {
  OperationWire,
  OperationWithSteps,
  operationToWire,
  stepToWire,
} from '../wire/operation.ts';
import { answers, IDEMPOTENCY_NOTE } from './answers.ts';

interface OperationRouteDeps {
  readonly agent: Agent;
  readonly operations: OperationRepository;
}

const IdParams = z.object({ id: z.uuid() });

export const operationRoutes =
  ({ agent, operations }: OperationRouteDeps): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      '/operations',
      {
        config: { scope: 'read' },
        schema: {
          operationId: 'listOperations',
          summary: 'Operations, filtered and paged, newest first',
          tags: ['operations'],
          querystring: z.strictObject({
            status: oneOrMore(OperationStatus),
            server_handle: ServerHandle.optional(),
            kind: OperationKind.optional(),
            ...PagingQuery,
          }),
          response: answers({ 200: pageOf(OperationWire) }),
        },
      },
      async (request) => {
        const { offset, limit, status, server_handle, kind } = request.query;
        const page = await operations.list(
          { status, serverHandle: server_handle, kind },
          { offset, limit },
        );
        return { items: page.items.map(operationToWire), total: page.total, offset, limit };
      },
    );

    app.get(
      '/operations/:id',
      {
        config: { scope: 'read' },
        schema: {
          operationId: 'getOperation',
          summary: 'One operation with its steps',
          tags: ['operations'],
          params: IdParams,
          response: answers({ 200: OperationWithSteps }),
        },
      },
      async (request) => {
        const operation = await operations.require(request.params.id);
        const steps = await operations.steps(operation.id);
        return { ...operationToWire(operation), steps: steps.map(stepToWire) };
      },
    );

    app.post(
      '/operations/:id/cancel',
      {
        config: { scope: 'operate' },
        schema: {
          operationId: 'cancelOperation',
          summary: 'Ask an operation to stop before its next step',
          description: IDEMPOTENCY_NOTE,
          tags: ['operations'],
          params: IdParams,
          body: z.strictObject({}),
          response: answers({ 202: z.object({ operation: OperationWire }) }),
        },
      },
      async (request, reply) => {
        const operation = await agent.cancel(request.params.id, actorOf(request));
        return reply.code(202).send({ operation: operationToWire(operation) });
      },
    );
  };
