import type { FastifyInstance } from 'fastify';
import { OpsError } from '#domain/errors.ts';
import type { RebuildMode } from '#domain/operation.ts';
import type { Clock } from '#domain/ports.ts';
import type { ApiTokenRepository } from '#domain/repositories.ts';
import { Secret } from '#domain/secret.ts';
import { type ApiToken, type Scope, scopeCovers } from '#domain/user.ts';
import { createFailureLimit } from './failure-limit.ts';

/** What a route asks of its caller; `public` answers without a token and gives no data. */
export type RouteScope = Scope | 'public';

declare module 'fastify' {
  interface FastifyContextConfig {
    scope?: RouteScope;
    /** The body holds a low-entropy or reusable secret: only a slow hash of it is kept. */
    secretBody?: boolean;
    /** What a replay of a stored answer shows instead (plain secrets are shown once). */
    forReplay?: (body: unknown) => unknown;
  }
  interface FastifyRequest {
    apiToken: ApiToken | null;
  }
}

/** Pages of the documentation: they come from a library and show only the schemas. */
const DOCS = /^\/docs(\/|$)/;
const TOKEN = /^Bearer +([\x21-\x7e]{8,512}) *$/i;

/**
 * Closed by default: a route that declares no scope is not built, and a request gets in only with
 * a living token whose scope covers the route's.
 */
export function guard(
  app: FastifyInstance,
  { tokens, clock }: { tokens: ApiTokenRepository; clock: Clock },
): void {
  const failures = createFailureLimit({ clock, perMinute: 30 });
  app.decorateRequest('apiToken', null);

  app.addHook('onRoute', (route) => {
    if (route.config?.scope) return;
    if (DOCS.test(route.url)) {
      route.config = { ...route.config, scope: 'public' };
      return;
    }
    throw new Error(`Route ${String(route.method)} ${route.url} declares no scope.`);
  });

  app.addHook('onRequest', async (request) => {
    if (request.is404) return;
    const need = request.routeOptions.config.scope;
    if (need === 'public') return;
    const token = await authenticate(request.headers.authorization);
    if (!token) {
      failures.record(request.ip);
      throw new OpsError('unauthorized', 'This needs a valid API token.', {
        hint: 'Send the header "Authorization: Bearer <token>" with a token that was not revoked.',
      });
    }
    if (!need || !scopeCovers(token.scope, need)) {
      throw new OpsError(
        'forbidden',
        `This needs scope "${need}"; the token has "${token.scope}".`,
        {
          hint: `Use a token with scope ${need}; an admin creates one by POST /api/tokens.`,
          details: { have: token.scope, need: need ?? null },
        },
      );
    }
    request.apiToken = token;
  });

  const authenticate = async (header: string | undefined): Promise<ApiToken | null> => {
    const plain = header === undefined ? undefined : TOKEN.exec(header)?.[1];
    return plain === undefined ? null : tokens.authenticate(new Secret(plain));
  };
}

/** The token behind a guarded request. */
export function tokenOf(request: { apiToken: ApiToken | null }): ApiToken {
  if (!request.apiToken) throw new OpsError('unauthorized', 'This needs a valid API token.');
  return request.apiToken;
}

/** Who acted, as audit and chat show it. Names of living tokens are unique. */
export const actorOf = (request: { apiToken: ApiToken | null }): string =>
  `api:${tokenOf(request).name}`;

/** For what is more than its route's scope covers. */
export function requireAdmin(
  request: { apiToken: ApiToken | null },
  message: string,
  hint: string,
): void {
  const { scope: have } = tokenOf(request);
  if (scopeCovers(have, 'admin')) return;
  throw new OpsError('forbidden', message, { hint, details: { have, need: 'admin' } });
}

/** A disk is wiped on an owner's word alone, in the chat as here. */
export function requireMayWipe(request: { apiToken: ApiToken | null }, mode: RebuildMode): void {
  if (mode !== 'reinstall') return;
  requireAdmin(
    request,
    'A reinstallation wipes the disk and needs scope "admin".',
    'Use a token with scope admin, or keep the disk with rebuild mode "reset".',
  );
}
