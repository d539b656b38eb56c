import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Agent } from '#domain/agent.ts';
import { OpsError } from '#domain/errors.ts';
import { type Incident, OPEN_INCIDENT_STATUSES } from '#domain/incident.ts';
import { recoverableOf } from '#domain/ladder.ts';
import type { IncidentRepository, ServerRepository } from '#domain/repositories.ts';
import { actorOf } from '../access.ts';
import { operationKey } from '../idempotency.ts';
import { AcceptedWire, acceptedToWire, DelaySeconds } from '../wire/operation.ts';
import { answers, IDEMPOTENCY_NOTE } from './answers.ts';
import { HandleParams } from './server-lookup.ts';

interface ServerOrderDeps {
  readonly agent: Agent;
  readonly servers: ServerRepository;
  readonly incidents: IncidentRepository;
}

/** What a human orders of a server as it is: a reboot, a recovery. */
export const serverOrderRoutes =
  ({ agent, servers, incidents }: ServerOrderDeps): FastifyPluginAsyncZod =>
  async (app) => {
    app.post(
      '/servers/:handle/reboot',
      {
        config: { scope: 'operate' },
        schema: {
          operationId: 'rebootServer',
          summary: 'Reboot a server at its provider, and prove that it is back',
          description: `From ready, in_use and error. Proven by another boot and three good looks; asked of the provider once, whatever happens in between. ${IDEMPOTENCY_NOTE}`,
          tags: ['servers'],
          params: HandleParams,
          body: z.strictObject({ delay_seconds: DelaySeconds }),
          response: answers({ 202: AcceptedWire }),
        },
      },
      async (request, reply) => {
        const accepted = await agent.submit({
          ...{ kind: 'reboot', target: request.params.handle, by: actorOf(request) },
          ...{ key: operationKey(request), delaySeconds: request.body.delay_seconds },
        });
        return reply
          .code(202)
          .header('location', `/api/operations/${accepted.operation.id}`)
          .send(acceptedToWire(accepted));
      },
    );

    app.post(
      '/servers/:handle/recover',
      {
        config: { scope: 'operate' },
        schema: {
          operationId: 'recoverServer',
          summary: 'Begin the recovery from an open incident',
          description: `The ladder goes as far by itself as the server's mode says: in mode ask each rung still needs an approval. Without incident_id the one open incident is meant. ${IDEMPOTENCY_NOTE}`,
          tags: ['servers'],
          params: HandleParams,
          body: z.strictObject({ incident_id: z.uuid().optional() }),
          response: answers({ 202: AcceptedWire }),
        },
      },
      async (request, reply) => {
        const { handle } = await servers.require(request.params.handle);
        const { items } = await incidents.list(
          { serverHandle: handle, status: OPEN_INCIDENT_STATUSES },
          { offset: 0, limit: 100 },
        );
        const { id: incidentId } = theOne(handle, items, request.body.incident_id);
        const accepted = await agent.submit({
          ...{ kind: 'recover', incidentId, target: handle },
          ...{ by: actorOf(request), key: operationKey(request) },
        });
        return reply
          .code(202)
          .header('location', `/api/operations/${accepted.operation.id}`)
          .send(acceptedToWire(accepted));
      },
    );
  };

/** Throws `not_found` or `conflict`, naming what could be meant. */
function theOne(handle: string, open: readonly Incident[], wanted: string | undefined): Incident {
  const fitting = recoverableOf(open);
  const named = fitting.map(({ id, type }) => ({ incident_id: id, incident_type: type }));
  if (wanted !== undefined) {
    const found = fitting.find(({ id }) => id === wanted);
    if (found) return found;
    throw new OpsError('not_found', `${handle} has no open incident ${wanted} to recover from.`, {
      details: { incidents: named },
    });
  }
  const [only, other] = fitting;
  if (only === undefined) {
    throw new OpsError('conflict', `${handle} has no open incident that a recovery works on.`, {
      hint: 'If it is in trouble all the same: POST reboot, or force-rebuild with mode reset.',
    });
  }
  if (other === undefined) return only;
  throw new OpsError('conflict', `${handle} has several open incidents.`, {
    hint: 'Say which one by incident_id.',
    details: { incidents: named },
  });
}
