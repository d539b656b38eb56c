import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { OpsError } from '#domain/errors.ts';
import type { UserRepository } from '#domain/repositories.ts';
import { actorOf, tokenOf } from '../access.ts';
import {
  PairingCodeRequest,
  PairingCodeWire,
  TelegramId,
  UserPatch,
  UserRemoval,
  UserWire,
  userToWire,
} from '../wire/user.ts';
import { answers, IDEMPOTENCY_NOTE } from './answers.ts';

interface UserRoleDeps {
  readonly users: Pick<UserRepository, 'setRole' | 'invite'>;
}

const IdParams = z.object({ telegram_id: z.coerce.number().pipe(TelegramId) });
const ENDS =
  'What stands on a role ends with it: tokens, orders, approvals not yet used, invitations, subscriptions, on-call slots, links to secrets.';

/** Who may do what, for the host: a lost phone is no lost fleet. */
export const userRoleRoutes =
  ({ users }: UserRoleDeps): FastifyPluginAsyncZod =>
  async (app) => {
    app.patch(
      '/users/:telegram_id',
      {
        config: { scope: 'admin' },
        schema: {
          operationId: 'setUserRole',
          summary: 'Change the role of a person',
          description: `${ENDS} ${IDEMPOTENCY_NOTE}`,
          tags: ['users'],
          params: IdParams,
          body: UserPatch,
          response: answers({ 200: UserWire }),
        },
      },
      async (request) => {
        const { role, even_last_owner: evenLastOwner } = request.body;
        assertMay(request, evenLastOwner);
        const id = BigInt(request.params.telegram_id);
        const { user } = await users.setRole(id, role, actorOf(request), { evenLastOwner });
        return userToWire(user);
      },
    );

    app.delete(
      '/users/:telegram_id',
      {
        config: { scope: 'admin' },
        schema: {
          operationId: 'removeUser',
          summary: 'Take the role of a person: they get no answer any more',
          description: `${ENDS} They stay known by name.`,
          tags: ['users'],
          params: IdParams,
          querystring: UserRemoval,
          response: answers({ 204: z.null() }),
        },
      },
      async (request, reply) => {
        const evenLastOwner = request.query.even_last_owner === 'true';
        assertMay(request, evenLastOwner);
        const id = BigInt(request.params.telegram_id);
        await users.setRole(id, null, actorOf(request), { evenLastOwner });
        return reply.code(204).send(null);
      },
    );

    app.post(
      '/users/pairing-code',
      {
        config: {
          scope: 'admin',
          forReplay: (body) => ({ ...(body as object), code: null }),
        },
        schema: {
          operationId: 'createPairingCode',
          summary: 'A one-time code that makes whoever sends it to the bot an owner',
          description: `Also while there is an owner. ${IDEMPOTENCY_NOTE} The replay does not show the code again.`,
          tags: ['users'],
          body: PairingCodeRequest,
          response: answers({ 201: PairingCodeWire }),
        },
      },
      async (request, reply) => {
        const { role, ttl_seconds: seconds } = request.body;
        const { code, expiresAt } = await users.invite(role, actorOf(request), seconds);
        return reply
          .code(201)
          .send({ code: code.reveal(), role, expires_at: expiresAt.toISOString() });
      },
    );
  };

/** A person's token is no more than the person, who cannot do it in the chat either. */
function assertMay(request: Parameters<typeof tokenOf>[0], evenLastOwner: boolean): void {
  if (!evenLastOwner || tokenOf(request).ownerId === null) return;
  throw new OpsError('forbidden', 'A token of a person cannot take the last owner away.', {
    hint: 'Do it on the host, with the token in its data directory (npx zavhoz users remove).',
  });
}
