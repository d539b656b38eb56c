import type { FastifyReply } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { Secret } from '#domain/secret.ts';
import type { ApiDeps } from '../deps.ts';
import { createFailureLimit } from '../failure-limit.ts';
import {
  askPage,
  codePage,
  gonePage,
  languageOf,
  PAGE_HEADERS,
  secretPage,
} from '../secret-page.ts';
import { answers } from './answers.ts';

const Params = z.object({ token: z.string().max(128) });
const PAGE = { description: 'A page', content: { 'text/html': { schema: z.string() } } };
const Form = z.object({ send: z.string().optional(), code: z.string().max(64).optional() });

/**
 * The page behind a link of /password (docs/adr/0011): it opens nothing by being looked at, sends a
 * second code into the owner's chat on a deliberate click, and shows the secret once for that code.
 */
export const secretPageRoutes =
  ({ secretLinks, clock }: Pick<ApiDeps, 'secretLinks' | 'clock'>): FastifyPluginAsyncZod =>
  async (app) => {
    // No guard against guessing, for which the tokens are too long: it spares the database.
    const failures = createFailureLimit({ clock, perMinute: 120 });
    // The form of a page without scripts.
    app.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string', bodyLimit: 1024 },
      (_request, body, done) => done(null, Object.fromEntries(new URLSearchParams(String(body)))),
    );
    const send = (reply: FastifyReply, status: number, html: string) =>
      reply.code(status).headers(PAGE_HEADERS).serializer(String).send(html);
    const config = { scope: 'public' } as const;

    app.get(
      '/secret/:token',
      {
        config,
        schema: {
          operationId: 'getSecretPage',
          summary: 'The page of a link from /password; looking at it changes nothing',
          tags: ['system'],
          params: Params,
          response: answers({ 200: PAGE, 410: PAGE }),
        },
      },
      async (request, reply) => {
        const language = languageOf(request.headers['accept-language']);
        const state = await secretLinks.state(new Secret(request.params.token));
        if (state === 'open') return send(reply, 200, askPage(language));
        failures.record(request.ip);
        return send(reply, 410, gonePage(language));
      },
    );

    app.post(
      '/secret/:token',
      {
        config,
        schema: {
          operationId: 'openSecret',
          summary: 'Without a code: send one to the owner’s chat. With it: show the secret, once',
          description: 'The body is the form of the page (application/x-www-form-urlencoded).',
          tags: ['system'],
          params: Params,
          body: Form,
          response: answers({ 200: PAGE, 403: PAGE, 410: PAGE }),
        },
      },
      async (request, reply) => {
        const language = languageOf(request.headers['accept-language']);
        const token = new Secret(request.params.token);
        const { code } = request.body;
        const answer =
          code === undefined
            ? await secretLinks.sendCode(token, request.ip)
            : await secretLinks.reveal(token, new Secret(code), request.ip);
        if (answer === 'open') return send(reply, 200, codePage(language, false));
        if (typeof answer === 'object') {
          const { serverHandle: server, user, secret } = answer;
          return send(
            reply,
            200,
            secretPage(language, { server, user, password: secret.reveal() }),
          );
        }
        failures.record(request.ip);
        if (answer === 'wrong') return send(reply, 403, codePage(language, true));
        return send(reply, 410, gonePage(language));
      },
    );
  };
