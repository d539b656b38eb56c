import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Agent } from '#domain/agent.ts';
import { OpsError } from '#domain/errors.ts';
import { assertChangeable } from '#domain/policy.ts';
import type { ServerPatch, ServerRepository } from '#domain/repositories.ts';
import type { Server, ServerStatus } from '#domain/server.ts';
import { assertTransition } from '#domain/server-status.ts';
import { actorOf, requireAdmin, requireMayWipe } from '../access.ts';
import { operationKey } from '../idempotency.ts';
import { AcceptedWire, acceptedToWire } from '../wire/operation.ts';
import { ServerPatchBody, ServerWire, serverToWire } from '../wire/server.ts';
import { answers, IDEMPOTENCY_NOTE } from './answers.ts';
import { HandleParams, requireAddress, requireJumpHost } from './server-lookup.ts';

interface ServerPatchDeps {
  readonly agent: Agent;
  readonly servers: ServerRepository;
}

export const serverPatchRoute =
  ({ agent, servers }: ServerPatchDeps): FastifyPluginAsyncZod =>
  async (app) => {
    app.patch(
      '/servers/:handle',
      {
        config: { scope: 'operate' },
        schema: {
          operationId: 'patchServer',
          summary:
            'Change a server: status, care, mode, hands_off, notes, group, labels, region, connection',
          description: `Status force_rebuild and pending_setup start an operation (202). Only scope admin marks a server rebuildable, or has it reinstalled. ${IDEMPOTENCY_NOTE}`,
          tags: ['servers'],
          params: HandleParams,
          body: ServerPatchBody,
          response: answers({
            200: z.object({ server: ServerWire }),
            202: AcceptedWire.extend({ server: ServerWire }),
          }),
        },
      },
      async (request, reply) => {
        const { handle } = request.params;
        const { status, rebuild, ...fields } = request.body;
        const by = actorOf(request);
        const patch = toPatch(fields);
        const names = Object.keys(fields);
        if (fields.rebuildable === true) {
          requireAdmin(
            request,
            'Marking a server rebuildable needs scope "admin".',
            'From then on a recovery may wipe its disk without asking. Use a token with scope admin.',
          );
        }
        if (status === 'force_rebuild') requireMayWipe(request, rebuild ?? 'reinstall');
        if (names.length > 0) {
          const server = await servers.require(handle);
          await requireJumpHost(servers, fields.connection?.jump_host);
          requireAddress(server.connection, patch.connection ?? {});
          if (status) foresee({ ...server, ...withoutConnection(patch) }, status);
        }
        const changed = names.length > 0 ? await servers.update(handle, patch, by) : null;
        if (!status) {
          const server = changed ?? (await servers.require(handle));
          return reply.code(200).send({ server: serverToWire(server) });
        }
        const { server, accepted } = await agent
          .changeStatus({
            target: handle,
            to: status,
            rebuild: rebuild ?? 'reinstall',
            by,
            key: operationKey(request),
          })
          .catch((error: unknown) => {
            throw telling(error, names);
          });
        if (!accepted) return reply.code(200).send({ server: serverToWire(server) });
        return reply
          .code(202)
          .header('location', `/api/operations/${accepted.operation.id}`)
          .send({ server: serverToWire(server), ...acceptedToWire(accepted) });
      },
    );
  };

type Fields = Omit<ServerPatchBody, 'status' | 'rebuild'>;

function toPatch(fields: Fields): ServerPatch {
  const { hands_off, connection, ...rest } = fields;
  const { jump_host, ...way } = connection ?? {};
  return {
    ...rest,
    ...(hands_off === undefined ? {} : { handsOff: hands_off }),
    ...(connection
      ? { connection: { ...way, ...(jump_host === undefined ? {} : { jumpHost: jump_host }) } }
      : {}),
  };
}

const withoutConnection = ({ connection: _, ...patch }: ServerPatch) => patch;

/** Refuses a status that cannot follow before any field is changed. */
function foresee(server: Server, to: ServerStatus): void {
  if (to === 'force_rebuild' || to === 'pending_setup') assertChangeable(server);
  else assertTransition(server.status, to, 'human', server.statusBefore);
}

/** The status was refused after the fields were changed: the caller is told so. */
function telling(error: unknown, names: readonly string[]): unknown {
  if (!(error instanceof OpsError) || names.length === 0) return error;
  return new OpsError(error.code, error.message, {
    retry: error.retry,
    ...(error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs }),
    hint: `${error.hint ?? ''} The other fields were changed: ${names.join(', ')}.`.trim(),
    details: { ...error.details, changed_fields: names },
    cause: error,
  });
}
