import { APPROVAL_TTL_SECONDS, type Approval } from '#domain/approval.ts';
import { approvalHash } from '#domain/approval-hash.ts';
import { OpsError } from '#domain/errors.ts';
import type { ApprovalRepository } from '#domain/repositories.ts';
import { APPROVAL_INCLUDE, type ApprovalRow, toApproval } from './approval-rows.ts';
import { appendAudit } from './audit.ts';
import { cleanJson, cleanText, isUuid } from './clean.ts';
import type { RepositoryDeps, Tx } from './deps.ts';
import { noteIncident } from './incident-rows.ts';
import { appendEvent, assertHeld, lockOperation } from './operation-rows.ts';

/** Lock order: the operation, then its approval. */
export function createApprovals({ prisma, clock }: RepositoryDeps): ApprovalRepository {
  const find = async (tx: Tx, id: string): Promise<ApprovalRow | null> =>
    isUuid(id)
      ? tx.approval.findUnique({ where: { id }, include: APPROVAL_INCLUDE })
      : Promise.resolve(null);

  const require = async (tx: Tx, id: string): Promise<ApprovalRow> => {
    const row = await find(tx, id);
    if (!row) throw new OpsError('not_found', `There is no approval ${id}.`);
    return row;
  };

  /** Into the operation's events and the incident's timeline: people are part of the story. */
  const tell = async (tx: Tx, row: ApprovalRow, actor: string, text: string) => {
    await appendEvent(tx, clock, row.operationId, {
      ...{ type: 'approval', status: null, step: row.stepId, state: row.status },
      ...{ text, percent: row.operation.percent },
    });
    if (!row.incidentId) return;
    await noteIncident(tx, clock, row.incidentId, actor, text, { approval_id: row.id });
  };

  return {
    ask: (take, stepId, server, request) =>
      prisma.$transaction(async (tx): Promise<Approval> => {
        const operation = await lockOperation(tx, take.operationId);
        assertHeld(operation, take);
        const [hash, now] = [approvalHash(request), clock.now()];
        const before = await tx.approval.findFirst({
          where: { operationId: operation.id, stepId },
          orderBy: { seq: 'desc' },
          include: APPROVAL_INCLUDE,
        });
        const same = before?.hash === hash;
        const over = before?.expiresAt !== undefined && before.expiresAt <= now;
        if (before && same && (before.status === 'denied' || (isAlive(before) && !over))) {
          return toApproval(before);
        }
        if (before && isAlive(before)) {
          await tx.approval.update({
            where: { id: before.id },
            data: same
              ? { status: 'expired' }
              : { status: 'voided', note: 'The facts have changed.' },
          });
        }
        const expired = same && (before?.status === 'expired' || isAlive(before));
        const row = await tx.approval.create({
          data: {
            ...{ operationId: operation.id, stepId, serverId: server.id, hash },
            ...{ incidentId: request.incidentId, tool: request.tool },
            ...{ arguments: cleanJson(request.arguments), facts: cleanJson(request.facts) },
            ...{ effect: cleanText(request.effect), why: cleanText(request.why) },
            ...{ lost: cleanText(request.lost), undo: cleanText(request.undo) },
            round: expired ? (before?.round ?? 0) + 1 : 1,
            createdAt: now,
            expiresAt: new Date(now.getTime() + APPROVAL_TTL_SECONDS * 1000),
          },
          include: APPROVAL_INCLUDE,
        });
        await tell(tx, row, 'agent', `Asked for approval: ${row.effect}`);
        return toApproval(row);
      }),

    async find(id) {
      const row = await find(prisma, id);
      return row && toApproval(row);
    },

    async latest(operationId, stepId) {
      if (!isUuid(operationId)) return null;
      const row = await prisma.approval.findFirst({
        where: { operationId, stepId },
        orderBy: { seq: 'desc' },
        include: APPROVAL_INCLUDE,
      });
      return row && toApproval(row);
    },

    async list({ status, serverHandle }) {
      const rows = await prisma.approval.findMany({
        where: {
          ...(status && { status }),
          ...(serverHandle && { server: { handle: serverHandle } }),
        },
        orderBy: { seq: 'asc' },
        include: APPROVAL_INCLUDE,
      });
      return rows.map(toApproval);
    },

    decide: (id, decision, by, note) =>
      prisma.$transaction(async (tx): Promise<Approval> => {
        const { operationId } = await require(tx, id);
        await lockOperation(tx, operationId);
        const now = clock.now();
        const { count } = await tx.approval.updateMany({
          where: { id, status: 'open', expiresAt: { gt: now } },
          data: {
            status: decision === 'approve' ? 'approved' : 'denied',
            ...{ decidedBy: by, decidedAt: now, note: note === null ? null : cleanText(note) },
          },
        });
        const row = await require(tx, id);
        if (count === 0) throw tooLate(row);
        await tell(tx, row, by, `${row.status === 'approved' ? 'Approved' : 'Denied'} by ${by}`);
        await appendAudit(tx, clock, {
          ...{ actor: by, action: `approval.${decision}`, target: row.server.handle, operationId },
          data: { approval: id, tool: row.tool, hash: row.hash, note },
        });
        return toApproval(row);
      }),

    async use(id, hash) {
      if (!isUuid(id)) return false;
      const { count } = await prisma.approval.updateMany({
        where: { id, hash, status: 'approved', expiresAt: { gt: clock.now() } },
        data: { status: 'used' },
      });
      return count > 0;
    },

    async void(id, why) {
      if (!isUuid(id)) return;
      await prisma.approval.updateMany({
        where: { id, status: { in: ['open', 'approved'] } },
        data: { status: 'voided', note: cleanText(why) },
      });
    },

    async voidAll(why) {
      const rows = await prisma.approval.updateManyAndReturn({
        where: { status: { in: ['open', 'approved'] } },
        data: { status: 'voided', note: cleanText(why) },
        include: APPROVAL_INCLUDE,
      });
      return rows.map(toApproval);
    },

    async expire(now) {
      // A word that was given and not used within its life is void like one that never came.
      const rows = await prisma.approval.updateManyAndReturn({
        where: { status: { in: ['open', 'approved'] }, expiresAt: { lte: now } },
        data: { status: 'expired' },
        include: APPROVAL_INCLUDE,
      });
      return rows.map(toApproval);
    },
  };
}

const isAlive = (row: ApprovalRow | null) => row?.status === 'open' || row?.status === 'approved';

function tooLate(row: ApprovalRow): OpsError {
  const when = row.decidedAt ? ` at ${row.decidedAt.toISOString()}` : '';
  const message = row.decidedBy
    ? `It was decided already: ${row.status}, by ${row.decidedBy}${when}.`
    : `It is too late: this approval is ${row.status === 'open' ? 'expired' : row.status}.`;
  return new OpsError('conflict', message, {
    details: { status: row.status, decided_by: row.decidedBy, decided_at: row.decidedAt },
  });
}
