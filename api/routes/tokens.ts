import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { OpsError } from '#domain/errors.ts';
import type { ApiTokenRepository, AuditRepository, UserRepository } from '#domain/repositories.ts';
import { assertScopeOfRole } from '#domain/user.ts';
import { actorOf } from '../access.ts';
import { TokenCreate, TokenCreated, TokenWire, tokenToWire } from '../wire/token.ts';
import { answers, IDEMPOTENCY_NOTE } from './answers.ts';

interface TokenRouteDeps {
  readonly tokens: ApiTokenRepository;
  readonly audit: AuditRepository;
  readonly users: Pick<UserRepository, 'find'>;
}

const IdParams = z.object({ id: z.uuid() });

export const tokenRoutes =
  ({ tokens, audit, users }: TokenRouteDeps): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      '/tokens',
      {
        config: { scope: 'admin' },
        schema: {
          operationId: 'listTokens',
          summary: 'API tokens, revoked ones too, without their text',
          tags: ['tokens'],
          response: answers({
            200: z.object({ items: z.array(TokenWire), total: z.number().int() }),
          }),
        },
      },
      async () => {
        const all = await tokens.list();
        return { items: all.map(tokenToWire), total: all.length };
      },
    );

    app.post(
      '/tokens',
      {
        config: {
          scope: 'admin',
          forReplay: (body) => ({ ...(body as object), token: null }),
        },
        schema: {
          operationId: 'createToken',
          summary: 'Create an API token; its text is shown once',
          description: `Scopes: read, operate (also changes servers), admin (also users and tokens). A token of a person (owner_id) covers no more than their role and ends with it. ${IDEMPOTENCY_NOTE} The replay does not show the token again.`,
          tags: ['tokens'],
          body: TokenCreate,
          response: answers({ 201: TokenCreated }),
        },
      },
      async (request, reply) => {
        const { name, scope, owner_id: owner } = request.body;
        // Audit and chat show names, so a name stands for one living token.
        if ((await tokens.list()).some((t) => t.name === name && t.revokedAt === null)) {
          throw new OpsError('conflict', `A token named ${name} exists already.`, {
            hint: 'Choose another name, or revoke that one first.',
          });
        }
        if (owner) assertScopeOfRole((await users.find(BigInt(owner)))?.role ?? null, scope);
        await audit.append({
          actor: actorOf(request),
          action: 'token.create',
          target: name,
          operationId: null,
          data: { scope, owner_id: owner },
        });
        const { token, plain } = await tokens.create(
          name,
          scope,
          owner === null ? null : BigInt(owner),
        );
        return reply.code(201).send({ ...tokenToWire(token), token: plain.reveal() });
      },
    );

    app.delete(
      '/tokens/:id',
      {
        config: { scope: 'admin' },
        schema: {
          operationId: 'revokeToken',
          summary: 'Revoke an API token, at once and for good',
          tags: ['tokens'],
          params: IdParams,
          response: answers({ 204: z.null() }),
        },
      },
      async (request, reply) => {
        const { id } = request.params;
        const living = (await tokens.list()).filter((t) => t.revokedAt === null);
        const token = living.find((t) => t.id === id);
        if (!token) {
          throw new OpsError('not_found', `There is no living token ${id}.`, {
            hint: 'GET /api/tokens lists them.',
          });
        }
        if (token.scope === 'admin' && !living.some((t) => t.scope === 'admin' && t.id !== id)) {
          throw new OpsError(
            'conflict',
            'This is the last admin token: nobody could make another.',
            {
              hint: 'Create another admin token first.',
            },
          );
        }
        await audit.append({
          actor: actorOf(request),
          action: 'token.revoke',
          target: token.name,
          operationId: null,
          data: { id },
        });
        await tokens.revoke(id);
        return reply.code(204).send(null);
      },
    );
  };
