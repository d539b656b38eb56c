import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Agent } from '#domain/agent.ts';
import { ApprovalStatus, needsOwner } from '#domain/approval.ts';
import { OpsError } from '#domain/errors.ts';
import { ServerHandle } from '#domain/server.ts';
import { actorOf, requireAdmin } from '../access.ts';
import type { ApiDeps } from '../deps.ts';
import { ApprovalWire, approvalToWire, DecisionBody } from '../wire/approval.ts';
import { answers, IDEMPOTENCY_NOTE } from './answers.ts';

interface ApprovalRouteDeps {
  readonly agent: Pick<Agent, 'decide'>;
  readonly approvals: ApiDeps['approvals'];
}

const IdParams = z.object({ id: z.uuid() });

export const approvalRoutes =
  ({ agent, approvals }: ApprovalRouteDeps): FastifyPluginAsyncZod =>
  async (app) => {
    const require = async (id: string) => {
      const found = await approvals.find(id);
      if (found) return found;
      throw new OpsError('not_found', `There is no approval ${id}.`, {
        hint: 'GET /api/approvals?status=open lists what waits for a decision.',
      });
    };

    app.get(
      '/approvals',
      {
        config: { scope: 'read' },
        schema: {
          operationId: 'listApprovals',
          summary: 'What Zavhoz asked to be allowed, newest first',
          tags: ['approvals'],
          querystring: z.strictObject({
            status: ApprovalStatus.optional(),
            server_handle: ServerHandle.optional(),
          }),
          response: answers({
            200: z.object({ items: z.array(ApprovalWire), total: z.number().int() }),
          }),
        },
      },
      async (request) => {
        const { status, server_handle } = request.query;
        const found = await approvals.list({ status, serverHandle: server_handle });
        return { items: found.map(approvalToWire), total: found.length };
      },
    );

    app.get(
      '/approvals/:id',
      {
        config: { scope: 'read' },
        schema: {
          operationId: 'getApproval',
          summary: 'One approval: what would happen, why, what is lost',
          tags: ['approvals'],
          params: IdParams,
          response: answers({ 200: ApprovalWire }),
        },
      },
      async (request) => approvalToWire(await require(request.params.id)),
    );

    app.post(
      '/approvals/:id/decision',
      {
        config: { scope: 'operate' },
        schema: {
          operationId: 'decideApproval',
          summary: 'Allow or refuse; one decision counts, whoever comes first',
          description: `A reinstallation is allowed by scope admin alone. A second decision is a conflict that names the first. ${IDEMPOTENCY_NOTE}`,
          tags: ['approvals'],
          params: IdParams,
          body: DecisionBody,
          response: answers({ 200: ApprovalWire }),
        },
      },
      async (request) => {
        const { decision, note } = request.body;
        const asked = await require(request.params.id);
        if (decision === 'approve' && needsOwner(asked)) {
          requireAdmin(
            request,
            'A reinstallation is allowed by scope admin alone.',
            'Use a token with scope admin, or let the owner decide in the chat.',
          );
        }
        return approvalToWire(await agent.decide(asked.id, decision, actorOf(request), note));
      },
    );
  };
