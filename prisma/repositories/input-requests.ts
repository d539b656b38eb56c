import { OpsError } from '#domain/errors.ts';
import type { InputRequest } from '#domain/input-request.ts';
import type { CredentialKind, InputRequestRepository } from '#domain/repositories.ts';
import type { Secret } from '#domain/secret.ts';
import type { Prisma } from '#generated/prisma/client.ts';
import { appendAudit } from './audit.ts';
import { cleanText, isUuid } from './clean.ts';
import type { RepositoryDeps, Tx } from './deps.ts';
import { assertHeld, lockOperation } from './operation-rows.ts';

const INCLUDE = {
  server: { select: { handle: true, connection: { select: { user: true } } } },
} as const;
type Row = Prisma.InputRequestGetPayload<{ include: typeof INCLUDE }>;

export function createInputRequests({
  prisma,
  secrets,
  clock,
}: RepositoryDeps): InputRequestRepository {
  /** The open request, locked: of two answers at once the second finds it closed. */
  const lockOpen = async (tx: Tx, id: string): Promise<Row> => {
    if (isUuid(id))
      await tx.$queryRaw`SELECT id FROM input_request WHERE id = ${id}::uuid FOR NO KEY UPDATE`;
    const row = isUuid(id)
      ? await tx.inputRequest.findUnique({ where: { id }, include: INCLUDE })
      : null;
    if (!row) throw new OpsError('not_found', `There is no question ${id}.`);
    if (row.status !== 'open') {
      throw new OpsError('conflict', `This question is ${row.status} already.`, {
        details: { status: row.status, answered_by: row.answeredBy },
      });
    }
    if (row.expiresAt <= clock.now()) throw new OpsError('expired', 'This question has expired.');
    return row;
  };

  const close = async (
    tx: Tx,
    row: Row,
    by: string,
    data: Prisma.InputRequestUncheckedUpdateInput,
  ) => {
    const closed = await tx.inputRequest.update({
      where: { id: row.id },
      data: { ...data, answeredBy: by, answeredAt: clock.now() },
      include: INCLUDE,
    });
    await appendAudit(tx, clock, {
      ...{ actor: by, action: `input.${closed.status}`, target: row.server.handle },
      operationId: row.operationId,
      data: { purpose: row.purpose, kind: row.kind },
    });
    return toRequest(closed);
  };

  const seal = async (tx: Tx, row: Row, secret: Secret | null): Promise<string> => {
    if (!secret?.reveal()) {
      throw new OpsError('invalid_input', 'This question asks for a secret, and there was none.');
    }
    const credential = await tx.credential.create({
      data: {
        serverId: row.serverId,
        kind: kindOf(row.purpose),
        user: row.server.connection?.user ?? 'root',
        ciphertext: secrets.seal(secret),
      },
    });
    return credential.id;
  };

  return {
    ask: (take, stepId, _serverHandle, { purpose, kind, question, expiresInSeconds }) =>
      prisma.$transaction(async (tx) => {
        const operation = await lockOperation(tx, take.operationId);
        assertHeld(operation, take);
        const before = await tx.inputRequest.findFirst({
          where: { operationId: operation.id, stepId, purpose },
          orderBy: { seq: 'desc' },
          include: INCLUDE,
        });
        if (before?.status === 'open' || before?.status === 'answered') return toRequest(before);
        const row = await tx.inputRequest.create({
          data: {
            ...{ operationId: operation.id, serverId: operation.serverId, stepId, purpose, kind },
            question: cleanText(question),
            createdAt: clock.now(),
            expiresAt: new Date(clock.now().getTime() + expiresInSeconds * 1000),
          },
          include: INCLUDE,
        });
        return toRequest(row);
      }),

    async find(id) {
      const row = isUuid(id)
        ? await prisma.inputRequest.findUnique({ where: { id }, include: INCLUDE })
        : null;
      return row && toRequest(row);
    },

    async latest(operationId, stepId, purpose) {
      if (!isUuid(operationId)) return null;
      const row = await prisma.inputRequest.findFirst({
        where: { operationId, stepId, purpose },
        orderBy: { seq: 'desc' },
        include: INCLUDE,
      });
      return row && toRequest(row);
    },

    async list({ status, operationId }) {
      if (operationId !== undefined && !isUuid(operationId)) return [];
      const rows = await prisma.inputRequest.findMany({
        where: { ...(status && { status }), ...(operationId && { operationId }) },
        orderBy: { seq: 'asc' },
        include: INCLUDE,
      });
      return rows.map(toRequest);
    },

    answer: (id, by, secret) =>
      prisma.$transaction(async (tx) => {
        const row = await lockOpen(tx, id);
        const credentialId = row.kind === 'secret' ? await seal(tx, row, secret) : null;
        return close(tx, row, by, { status: 'answered', credentialId });
      }),

    decline: (id, by) =>
      prisma.$transaction(async (tx) =>
        close(tx, await lockOpen(tx, id), by, { status: 'cancelled' }),
      ),

    async markUsed(id) {
      await prisma.inputRequest.updateMany({
        where: { id, status: 'answered' },
        data: { status: 'used' },
      });
    },

    async expire(now) {
      const rows = await prisma.inputRequest.updateManyAndReturn({
        where: { status: 'open', expiresAt: { lte: now } },
        data: { status: 'expired' },
        include: INCLUDE,
      } as const);
      return rows.map(toRequest);
    },
  };
}

const kindOf = (purpose: string): CredentialKind =>
  /become|sudo/.test(purpose) ? 'become_password' : 'root_password';

const toRequest = (row: Omit<Row, 'server'> & { server: { handle: string } }): InputRequest => ({
  id: row.id,
  operationId: row.operationId,
  serverHandle: row.server.handle,
  stepId: row.stepId,
  purpose: row.purpose,
  kind: row.kind,
  question: row.question,
  status: row.status,
  answeredBy: row.answeredBy,
  credentialId: row.credentialId,
  createdAt: row.createdAt,
  expiresAt: row.expiresAt,
});
