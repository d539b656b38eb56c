import type { Operation } from '#domain/operation.ts';
import type { OperationRepository } from '#domain/repositories.ts';
import type { Prisma } from '#generated/prisma/client.ts';
import type { RepositoryDeps } from './deps.ts';
import { createAccept } from './operation-accept.ts';
import { createOperationEnds } from './operation-end.ts';
import { createOperationJournal } from './operation-journal.ts';
import { noOperation, OPERATION_INCLUDE, readOperation, toOperation } from './operation-rows.ts';
import { createOperationWork } from './operation-work.ts';

/** Every change of status adds its `status` event in the same transaction. */
export function createOperations(deps: RepositoryDeps): OperationRepository {
  const { prisma, clock } = deps;
  const find = async (id: string): Promise<Operation | null> => {
    const row = await readOperation(prisma, id);
    return row && toOperation(row);
  };
  return {
    accept: createAccept(deps),
    ...createOperationWork(deps),
    ...createOperationEnds(deps),
    ...createOperationJournal(deps),
    find,

    async require(id) {
      const operation = await find(id);
      if (!operation) throw noOperation(id);
      return operation;
    },

    async list({ serverHandle, status, kind }, { offset, limit }) {
      const where: Prisma.OperationWhereInput = {
        ...(serverHandle === undefined ? {} : { server: { handle: serverHandle } }),
        ...(status === undefined ? {} : { status: { in: [...status] } }),
        ...(kind === undefined ? {} : { kind }),
      };
      const [rows, total] = await prisma.$transaction([
        prisma.operation.findMany({
          where,
          include: OPERATION_INCLUDE,
          orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
          skip: offset,
          take: limit,
        }),
        prisma.operation.count({ where }),
      ]);
      return { items: rows.map(toOperation), total };
    },

    async due(limit) {
      const now = clock.now();
      // What was begun goes before what is new; then the oldest first.
      const due = await prisma.$queryRaw<{ id: string }[]>`
        SELECT o.id FROM operation o
          LEFT JOIN lease l ON l.resource = 'server:' || o.server_id
          LEFT JOIN input_request r ON r.id = o.input_request_id
          LEFT JOIN approval a ON a.id = o.approval_id
         WHERE (o.status = 'queued' AND (o.not_before IS NULL OR o.not_before <= now()
                                         OR o.stop_requested IS NOT NULL))
            OR (o.status = 'running' AND (l.until IS NULL OR l.until <= now()))
            OR (o.status = 'waiting' AND
                (o.wake_at <= ${now}::timestamptz OR r.status <> 'open' OR a.status <> 'open'
                 OR a.expires_at <= ${now}::timestamptz OR o.stop_requested IS NOT NULL))
         ORDER BY (o.status = 'queued'), o.created_at
         LIMIT ${limit}`;
      const ids = due.map((row) => row.id);
      const rows = await prisma.operation.findMany({
        where: { id: { in: ids } },
        include: OPERATION_INCLUDE,
      });
      const found = new Map(rows.map((row) => [row.id, toOperation(row)]));
      return ids.flatMap((id) => found.get(id) ?? []);
    },

    async addUnattended(from, to) {
      await prisma.$executeRaw`
        UPDATE operation
           SET unattended_seconds = unattended_seconds
               + extract(epoch FROM ${to}::timestamptz
                                    - greatest(${from}::timestamptz, created_at, not_before))
         WHERE status = 'queued' AND greatest(created_at, not_before) < ${to}::timestamptz`;
    },
  };
}
