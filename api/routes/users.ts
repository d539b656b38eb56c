import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { OpsError } from '#domain/errors.ts';
import type { AuditRepository, UserRepository } from '#domain/repositories.ts';
import type { Role, User } from '#domain/user.ts';
import { actorOf } from '../access.ts';
import { PagingQuery, pageOf } from '../wire/common.ts';
import { isAdmin, TelegramId, UserUpsert, UserWire, userToWire } from '../wire/user.ts';
import { answers } from './answers.ts';

interface UserRouteDeps {
  readonly users: UserRepository;
  readonly audit: AuditRepository;
}

export const userRoutes =
  ({ users, audit }: UserRouteDeps): FastifyPluginAsyncZod =>
  async (app) => {
    app.post(
      '/users',
      {
        config: { scope: 'admin' },
        schema: {
          operationId: 'upsertUser',
          summary: 'Register a Telegram user, or change one',
          tags: ['users'],
          body: UserUpsert,
          response: answers({ 200: UserWire, 201: UserWire }),
        },
      },
      async (request, reply) => {
        const body = request.body;
        const telegramId = BigInt(body.telegram_id);
        const known = await users.find(telegramId);
        const role = body.role ?? roleFor(body.is_admin, known);
        await audit.append({
          actor: actorOf(request),
          action: 'user.upsert',
          target: `tg:${body.telegram_id}`,
          operationId: null,
          data: { role_before: known?.role ?? null, role: role ?? known?.role ?? null },
        });
        const names = {
          telegramId,
          username: given(body.username, known?.username),
          firstName: given(body.first_name, known?.firstName),
          lastName: given(body.last_name, known?.lastName),
          languageCode: given(body.language_code, known?.languageCode),
          seen: false,
        };
        // A role has rules of its own: whom they refuse is not renamed either.
        const setRole = () => role && users.setRole(telegramId, role, actorOf(request));
        if (known) await setRole();
        await users.upsert(names);
        if (!known) await setRole();
        const user = (await users.find(telegramId)) ?? (await users.upsert(names));
        return reply.code(known ? 200 : 201).send(userToWire(user));
      },
    );

    app.get(
      '/users',
      {
        config: { scope: 'read' },
        schema: {
          operationId: 'listUsers',
          summary: 'All known Telegram users',
          tags: ['users'],
          querystring: z.strictObject(PagingQuery),
          response: answers({ 200: pageOf(UserWire) }),
        },
      },
      async (request) => {
        const page = await users.list(request.query);
        return { items: page.items.map(userToWire), total: page.total, ...request.query };
      },
    );

    app.get(
      '/users/:telegram_id',
      {
        config: { scope: 'read' },
        schema: {
          operationId: 'getUser',
          summary: 'One Telegram user',
          tags: ['users'],
          params: z.object({ telegram_id: z.coerce.number().pipe(TelegramId) }),
          response: answers({ 200: UserWire }),
        },
      },
      async (request) => {
        const { telegram_id } = request.params;
        const user = await users.find(BigInt(telegram_id));
        if (user) return userToWire(user);
        throw new OpsError('not_found', `No user has the Telegram id ${telegram_id}.`, {
          hint: 'GET /api/users lists the known ones; POST /api/users registers one.',
        });
      },
    );
  };

/** Absent fields keep what is known; null clears. */
const given = (value: string | null | undefined, known: string | null | undefined) =>
  value === undefined ? (known ?? null) : value;

function roleFor(admin: boolean | undefined, known: User | null): Role | undefined {
  if (admin === undefined || admin === isAdmin(known?.role ?? null)) return undefined;
  return admin ? 'operator' : 'viewer';
}
