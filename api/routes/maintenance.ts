import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { OpsError } from '#domain/errors.ts';
import { MaintenanceScope } from '#domain/maintenance.ts';
import type { Clock } from '#domain/ports.ts';
import type { GroupRepository, ServerRepository } from '#domain/repositories.ts';
import { actorOf } from '../access.ts';
import type { ApiDeps } from '../deps.ts';
import { line } from '../wire/common.ts';
import { MaintenanceCreate, MaintenanceWire, maintenanceToWire } from '../wire/maintenance.ts';
import { LABEL } from '../wire/server.ts';
import { answers, IDEMPOTENCY_NOTE } from './answers.ts';

interface MaintenanceRouteDeps {
  readonly maintenance: ApiDeps['maintenance'];
  readonly servers: Pick<ServerRepository, 'require'>;
  readonly groups: Pick<GroupRepository, 'require'>;
  readonly clock: Clock;
}

/** Longer silence is no maintenance: such a server is taken out of Zavhoz's care instead. */
const LONGEST_DAYS = 90;
const IdParams = z.object({ id: z.uuid() });

export const maintenanceRoutes =
  ({ maintenance, servers, groups, clock }: MaintenanceRouteDeps): FastifyPluginAsyncZod =>
  async (app) => {
    const requireTarget = async (scope: MaintenanceScope, target: string): Promise<string> => {
      if (scope === 'server') return (await servers.require(target)).handle;
      if (scope === 'group') return (await groups.require(target)).name;
      if (LABEL.test(target)) return target;
      throw new OpsError('invalid_input', `target: "${target}" is not a label.`, {
        hint: 'A label is key=value, or key alone for all its values.',
      });
    };

    app.get(
      '/maintenance',
      {
        config: { scope: 'read' },
        schema: {
          operationId: 'listMaintenance',
          summary: 'Maintenance windows, newest first',
          tags: ['maintenance'],
          querystring: z.strictObject({
            /** true: those that hold now. */
            active: z.literal('true').optional(),
            scope: MaintenanceScope.optional(),
            target: line(255).optional(),
          }),
          response: answers({
            200: z.object({ items: z.array(MaintenanceWire), total: z.number().int() }),
          }),
        },
      },
      async (request) => {
        const { active, scope, target } = request.query;
        const now = clock.now();
        const found = await maintenance.list({
          ...(active === undefined ? {} : { active: now }),
          ...(scope === undefined ? {} : { scope }),
          ...(target === undefined ? {} : { target }),
        });
        return { items: found.map((w) => maintenanceToWire(w, now)), total: found.length };
      },
    );

    app.post(
      '/maintenance',
      {
        config: { scope: 'operate' },
        schema: {
          operationId: 'createMaintenance',
          summary: 'No alerts and no recoveries for a server, a group or a label until a time',
          description: `Checks go on; at its end the servers are looked at once more. ${IDEMPOTENCY_NOTE}`,
          tags: ['maintenance'],
          body: MaintenanceCreate,
          response: answers({ 201: MaintenanceWire }),
        },
      },
      async (request, reply) => {
        const { scope, reason, ...body } = request.body;
        const now = clock.now();
        const from = body.from === undefined ? now : new Date(body.from);
        const until =
          body.until === undefined
            ? new Date(from.getTime() + (body.duration_seconds ?? 0) * 1000)
            : new Date(body.until);
        requireSpan(from, until, now);
        const target = await requireTarget(scope, body.target);
        const createdBy = actorOf(request);
        const made = await maintenance.create({ scope, target, from, until, reason, createdBy });
        return reply
          .code(201)
          .header('location', `/api/maintenance/${made.id}`)
          .send(maintenanceToWire(made, now));
      },
    );

    app.delete(
      '/maintenance/:id',
      {
        config: { scope: 'operate' },
        schema: {
          operationId: 'endMaintenance',
          summary: 'End a window early; one that is over stays as it is',
          tags: ['maintenance'],
          params: IdParams,
          response: answers({ 200: MaintenanceWire }),
        },
      },
      async (request) => {
        const now = clock.now();
        const window = await maintenance.find(request.params.id);
        if (!window) {
          throw new OpsError('not_found', `There is no maintenance window ${request.params.id}.`, {
            hint: 'GET /api/maintenance lists them.',
          });
        }
        const over = window.endedAt !== null || window.until <= now;
        const ended = over ? window : await maintenance.end(window.id, actorOf(request), now);
        return maintenanceToWire(ended, now);
      },
    );
  };

function requireSpan(from: Date, until: Date, now: Date): void {
  const refuse = (message: string, hint: string) =>
    new OpsError('invalid_input', message, {
      hint,
      details: { from: from.toISOString(), until: until.toISOString() },
    });
  if (until <= from) throw refuse('until: it ends before it begins.', 'until comes after from.');
  if (until <= now) {
    throw refuse('until: that time is past.', `Now is ${now.toISOString()}; times are UTC.`);
  }
  if (until.getTime() - from.getTime() > LONGEST_DAYS * 86_400_000) {
    throw refuse(
      `until: a window lasts at most ${LONGEST_DAYS} days.`,
      'For longer, set the care of its servers to none.',
    );
  }
}
