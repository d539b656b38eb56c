import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Agent } from '#domain/agent.ts';
import { OpsError } from '#domain/errors.ts';
import type { InputRequestRepository } from '#domain/repositories.ts';
import { Secret } from '#domain/secret.ts';
import { actorOf } from '../access.ts';
import {
  InputAnswer,
  InputRequestStatusWire,
  InputRequestWire,
  inputRequestToWire,
} from '../wire/input-request.ts';
import { answers, IDEMPOTENCY_NOTE } from './answers.ts';

interface InputRequestRouteDeps {
  readonly agent: Agent;
  readonly inputs: InputRequestRepository;
}

const IdParams = z.object({ id: z.uuid() });

export const inputRequestRoutes =
  ({ agent, inputs }: InputRequestRouteDeps): FastifyPluginAsyncZod =>
  async (app) => {
    const require = async (id: string) => {
      const found = await inputs.find(id);
      if (found) return found;
      throw new OpsError('not_found', `There is no input request ${id}.`, {
        hint: 'GET /api/input-requests?status=open lists what waits.',
      });
    };

    app.get(
      '/input-requests',
      {
        config: { scope: 'read' },
        schema: {
          operationId: 'listInputRequests',
          summary: 'What operations wait for',
          tags: ['input requests'],
          querystring: z.strictObject({
            status: InputRequestStatusWire.optional(),
            operation_id: z.uuid().optional(),
          }),
          response: answers({
            200: z.object({ items: z.array(InputRequestWire), total: z.number().int() }),
          }),
        },
      },
      async (request) => {
        const { status, operation_id } = request.query;
        const found = await inputs.list({ status, operationId: operation_id });
        return { items: found.map(inputRequestToWire), total: found.length };
      },
    );

    app.get(
      '/input-requests/:id',
      {
        config: { scope: 'read' },
        schema: {
          operationId: 'getInputRequest',
          summary: 'One input request',
          tags: ['input requests'],
          params: IdParams,
          response: answers({ 200: InputRequestWire }),
        },
      },
      async (request) => inputRequestToWire(await require(request.params.id)),
    );

    app.post(
      '/input-requests/:id/answer',
      {
        config: { scope: 'operate', secretBody: true },
        schema: {
          operationId: 'answerInputRequest',
          summary: 'Give what an operation waits for; single use',
          description: `A secret is stored encrypted and used once. ${IDEMPOTENCY_NOTE}`,
          tags: ['input requests'],
          params: IdParams,
          body: InputAnswer,
          response: answers({ 200: InputRequestWire }),
        },
      },
      async (request) => {
        const { secret } = request.body;
        const asked = await require(request.params.id);
        if ((asked.kind === 'secret') !== (secret !== undefined)) {
          const field = asked.kind === 'secret' ? '"secret"' : '"done": true';
          throw new OpsError('invalid_input', `This input request is answered by ${field}.`, {
            details: { kind: asked.kind },
          });
        }
        const answer = secret === undefined ? null : new Secret(secret);
        return inputRequestToWire(await agent.answer(asked.id, actorOf(request), answer));
      },
    );

    app.post(
      '/input-requests/:id/decline',
      {
        config: { scope: 'operate' },
        schema: {
          operationId: 'declineInputRequest',
          summary: 'Say that it will not be given: the operation goes on without or fails',
          description: IDEMPOTENCY_NOTE,
          tags: ['input requests'],
          params: IdParams,
          body: z.strictObject({}),
          response: answers({ 200: InputRequestWire }),
        },
      },
      async (request) => {
        const asked = await require(request.params.id);
        return inputRequestToWire(await agent.decline(asked.id, actorOf(request)));
      },
    );
  };
