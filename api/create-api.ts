import { randomUUID } from 'node:crypto';
import fastify, { type FastifyInstance } from 'fastify';
import {
  serializerCompiler,
  validatorCompiler,
  type ZodTypeProvider,
} from 'fastify-type-provider-zod';
import { guard } from './access.ts';
import type { ApiDeps } from './deps.ts';
import { createErrorHandler, sendProblem } from './error-handler.ts';
import { idempotent } from './idempotency.ts';
import { refuseMalformed } from './malformed.ts';
import { registerOpenApi } from './openapi.ts';
import { routes } from './routes/index.ts';
import { closeUnusedConnections } from './unused-connections.ts';

const BODY_LIMIT = 64 * 1024;

/**
 * The HTTP API, built but not listening: app/ calls `listen`, tests call `inject`. `close` ends
 * open event streams and lets requests under way finish.
 */
export async function createApi(deps: ApiDeps): Promise<FastifyInstance> {
  const { log } = deps;
  const handleError = createErrorHandler({ log });
  const app = fastify({
    bodyLimit: BODY_LIMIT,
    requestTimeout: 30_000,
    handlerTimeout: 30_000,
    exposeHeadRoutes: false,
    genReqId: () => randomUUID(),
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 255 },
    // The paths of older clients: /users answers like /api/users.
    rewriteUrl: (request) => (request.url ?? '/').replace(/^\/users(?=[/?]|$)/, '/api/users'),
    frameworkErrors: handleError,
    clientErrorHandler: refuseMalformed,
  }).withTypeProvider<ZodTypeProvider>();

  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.setErrorHandler(handleError);
  app.setNotFoundHandler((request, reply) =>
    sendProblem(reply, {
      status: 404,
      code: 'not_found',
      detail: `There is no ${request.method} ${request.url.split('?')[0]}.`,
      hint: 'All routes are listed at /docs.',
      requestId: request.id,
    }),
  );
  acceptJsonOnly(app);
  closeUnusedConnections(app);

  guard(app, deps);
  idempotent(app, deps);
  app.addHook('onSend', async (request, reply) => {
    reply.header('x-request-id', request.id);
    reply.header('x-content-type-options', 'nosniff');
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store');
  });
  app.addHook('onResponse', async (request, reply) => {
    const fields = {
      request: request.id,
      method: request.method,
      route: request.routeOptions.url ?? 'unknown',
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime),
      token: request.apiToken?.name ?? null,
    };
    if (request.method === 'GET') log.debug(fields, 'request answered');
    else log.info(fields, 'request answered');
  });

  await registerOpenApi(app, { publicUrl: deps.publicUrl, version: deps.version ?? '0.0.0' });
  const { underApi, atRoot } = routes(deps);
  for (const plugin of underApi) await app.register(plugin, { prefix: '/api' });
  for (const plugin of atRoot) await app.register(plugin);
  await app.ready();
  return app;
}

function acceptJsonOnly(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    // Clients that always send a content type may have nothing to say.
    if (body === '') done(null, undefined);
    else parse(request, body as string, done);
  });
  app.addHook('preValidation', async (request) => {
    if (request.method === 'POST') request.body ??= {};
  });
}
