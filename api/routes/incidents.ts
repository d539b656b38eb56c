import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { OpsError } from '#domain/errors.ts';
import {
  type Incident,
  IncidentStatus,
  IncidentType,
  OPEN_INCIDENT_STATUSES,
} from '#domain/incident.ts';
import type {
  AuditRepository,
  IncidentRepository,
  OperationRepository,
  ServerRepository,
} from '#domain/repositories.ts';
import { actorOf } from '../access.ts';
import { line, oneOrMore, PagingQuery, pageOf } from '../wire/common.ts';
import { IncidentCreate, IncidentPatch, IncidentWire, incidentToWire } from '../wire/incident.ts';
import { answers, IDEMPOTENCY_NOTE } from './answers.ts';
import { IncidentParams, requireIncident } from './incident-lookup.ts';

interface IncidentRouteDeps {
  readonly incidents: IncidentRepository;
  readonly servers: ServerRepository;
  readonly operations: OperationRepository;
  readonly audit: AuditRepository;
  readonly publicUrl: string;
}

export const incidentRoutes =
  ({
    incidents,
    servers,
    operations,
    audit,
    publicUrl,
  }: IncidentRouteDeps): FastifyPluginAsyncZod =>
  async (app) => {
    const toWire = incidentToWire(publicUrl);

    app.post(
      '/incidents',
      {
        config: { scope: 'operate' },
        schema: {
          operationId: 'createIncident',
          summary: 'Report a problem with a server',
          description: `One incident of a type is open per server: a second report is added to it, and one that ended within ten minutes is reopened (200). ${IDEMPOTENCY_NOTE}`,
          tags: ['incidents'],
          body: IncidentCreate,
          response: answers({ 200: IncidentWire, 201: IncidentWire }),
        },
      },
      async (request, reply) => {
        const body = request.body;
        await servers.require(body.server_handle);
        if (body.operation_id) await operations.require(body.operation_id);
        await audit.append({
          actor: actorOf(request),
          action: 'incident.open',
          target: body.server_handle,
          operationId: body.operation_id ?? null,
          data: { type: body.incident_type, severity: body.severity },
        });
        const { incident, outcome } = await incidents.openWith({
          type: body.incident_type,
          serverHandle: body.server_handle,
          severity: body.severity,
          details: body.details,
          operationId: body.operation_id ?? null,
        });
        return reply
          .code(outcome === 'opened' ? 201 : 200)
          .header('location', `/api/incidents/${incident.id}`)
          .send(toWire(incident));
      },
    );

    app.get(
      '/incidents',
      {
        config: { scope: 'read' },
        schema: {
          operationId: 'listIncidents',
          summary: 'Incidents, filtered and paged, newest first',
          tags: ['incidents'],
          querystring: z.strictObject({
            status: oneOrMore(IncidentStatus),
            /** A server, or what else is in trouble: a provider account, the platform. */
            server_handle: line(128).optional(),
            incident_type: IncidentType.optional(),
            ...PagingQuery,
          }),
          response: answers({ 200: pageOf(IncidentWire) }),
        },
      },
      async (request) => {
        const { offset, limit, status, server_handle, incident_type } = request.query;
        const page = await incidents.list(
          { status, serverHandle: server_handle, type: incident_type },
          { offset, limit },
        );
        return { items: page.items.map(toWire), total: page.total, offset, limit };
      },
    );

    app.get(
      '/incidents/active',
      {
        config: { scope: 'read' },
        schema: {
          operationId: 'listActiveIncidents',
          summary: 'Incidents that are open: detected or recovering',
          tags: ['incidents'],
          querystring: z.strictObject(PagingQuery),
          response: answers({ 200: pageOf(IncidentWire) }),
        },
      },
      async (request) => {
        const page = await incidents.list({ status: OPEN_INCIDENT_STATUSES }, request.query);
        return { items: page.items.map(toWire), total: page.total, ...request.query };
      },
    );

    app.get(
      '/incidents/:id',
      {
        config: { scope: 'read' },
        schema: {
          operationId: 'getIncident',
          summary: 'One incident',
          tags: ['incidents'],
          params: IncidentParams,
          response: answers({ 200: IncidentWire }),
        },
      },
      async (request) => toWire(await requireIncident(incidents, request.params.id)),
    );

    app.patch(
      '/incidents/:id',
      {
        config: { scope: 'operate' },
        schema: {
          operationId: 'patchIncident',
          summary: 'Take an incident, add to it, or close it with a reason',
          description: `A failed one stays until a human has closed it as resolved. ${IDEMPOTENCY_NOTE}`,
          tags: ['incidents'],
          params: IncidentParams,
          body: IncidentPatch,
          response: answers({ 200: IncidentWire }),
        },
      },
      async (request) => {
        const { status, reason, taken_by, details } = request.body;
        const by = actorOf(request);
        const incident = await requireIncident(incidents, request.params.id);
        assertChangeable(incident, status);
        const updated = await incidents.update(
          incident.id,
          {
            ...(status ? { status, closedBy: by, closeReason: reason } : {}),
            ...(taken_by === undefined ? {} : { takenBy: taken_by }),
            ...(details === undefined ? {} : { details }),
          },
          by,
        );
        return toWire(updated);
      },
    );
  };

/** The recovery gave a failed one up, a human may still deal with it; resolved is the end. */
function assertChangeable({ id, status: from }: Incident, to?: IncidentStatus): void {
  const legal: readonly IncidentStatus[] = from === 'failed' ? ['resolved'] : [];
  const isOpen = OPEN_INCIDENT_STATUSES.some((status) => status === from);
  if (isOpen || (from === 'failed' && (to === undefined || to === 'resolved'))) return;
  throw new OpsError('illegal_transition', `Incident ${id} is closed: ${from}.`, {
    hint:
      from === 'failed'
        ? 'It may be closed as resolved, with a reason.'
        : 'A closed incident is not changed; report a new one by POST /api/incidents.',
    details: { from, to: to ?? null, legal },
  });
}
