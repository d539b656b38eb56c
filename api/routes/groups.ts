import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { DEFAULT_EXPECTATIONS } from '#domain/health/report.ts';
import type { GroupRepository } from '#domain/repositories.ts';
import { actorOf } from '../access.ts';
import {
  GroupCreate,
  GroupName,
  GroupPatch,
  GroupWire,
  groupToWire,
  toPolicy,
} from '../wire/group.ts';
import { answers, IDEMPOTENCY_NOTE } from './answers.ts';

const NameParams = z.object({ name: GroupName });

/** Groups of servers under one policy: how far recoveries go alone, and what is expected. */
export const groupRoutes =
  ({ groups }: { readonly groups: GroupRepository }): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      '/groups',
      {
        config: { scope: 'read' },
        schema: {
          operationId: 'listGroups',
          summary: 'Server groups and their policies',
          tags: ['groups'],
          response: answers({
            200: z.object({ items: z.array(GroupWire), total: z.number().int() }),
          }),
        },
      },
      async () => {
        const found = await groups.list();
        return { items: found.map(groupToWire), total: found.length };
      },
    );

    app.get(
      '/groups/:name',
      {
        config: { scope: 'read' },
        schema: {
          operationId: 'getGroup',
          summary: 'One server group',
          tags: ['groups'],
          params: NameParams,
          response: answers({ 200: GroupWire }),
        },
      },
      async (request) => groupToWire(await groups.require(request.params.name)),
    );

    app.post(
      '/groups',
      {
        config: { scope: 'operate' },
        schema: {
          operationId: 'createGroup',
          summary: 'Make a server group; what is not given is the default (mode ask, up to reboot)',
          description: IDEMPOTENCY_NOTE,
          tags: ['groups'],
          body: GroupCreate,
          response: answers({ 201: GroupWire }),
        },
      },
      async (request, reply) => {
        const { name, ...fields } = request.body;
        const group = await groups.create(
          {
            name,
            description: fields.description ?? '',
            openPorts: fields.open_ports ?? [],
            policy: toPolicy(fields, DEFAULT_EXPECTATIONS),
          },
          actorOf(request),
        );
        return reply
          .code(201)
          .header('location', `/api/groups/${group.name}`)
          .send(groupToWire(group));
      },
    );

    app.patch(
      '/groups/:name',
      {
        config: { scope: 'operate' },
        schema: {
          operationId: 'patchGroup',
          summary: 'Change a group: mode, highest_rung, weight, expectations, open_ports',
          description: `Of the expectations only those named change. ${IDEMPOTENCY_NOTE}`,
          tags: ['groups'],
          params: NameParams,
          body: GroupPatch,
          response: answers({ 200: GroupWire }),
        },
      },
      async (request) => {
        const { description, open_ports, ...fields } = request.body;
        const before = await groups.require(request.params.name);
        const policy = toPolicy(fields, before.policy.expectations);
        const changed = await groups.update(
          before.name,
          {
            ...(description === undefined ? {} : { description }),
            ...(open_ports === undefined ? {} : { openPorts: open_ports }),
            ...(Object.keys(policy).length > 0 ? { policy } : {}),
          },
          actorOf(request),
        );
        return groupToWire(changed);
      },
    );
  };
