import type { Digest } from '#domain/digest.ts';
import type { IncidentType } from '#domain/incident.ts';
import type { DigestRepository } from '#domain/repositories.ts';
import type { RepositoryDeps, Tx } from './deps.ts';
import { enqueueFor } from './outbox-enqueue.ts';
import { readerOf } from './readers.ts';

/** Lines of one message. */
const LISTED = 15;

export function createDigests({ prisma, clock }: RepositoryDeps): DigestRepository {
  return {
    async wanted() {
      const rows = await prisma.preference.findMany({ where: { digestAt: { not: null } } });
      const wanted = [];
      for (const { chatId, threadId, digestedAt: last } of rows) {
        const reader = await readerOf(prisma, { chatId, threadId });
        // A person who lost their role gets no data.
        if (chatId < 0n || reader.role !== null) wanted.push({ reader, last });
      }
      return wanted;
    },

    async collect(since, until): Promise<Digest> {
      const happened = {
        OR: [
          { detectedAt: { gte: since } },
          { resolvedAt: { gte: since } },
          { status: { in: ['detected' as const, 'recovering' as const] } },
        ],
      };
      const [servers, incidents, total, operations, approvals, inputs] = await Promise.all([
        prisma.server.groupBy({ by: ['status'], _count: true }),
        prisma.incident.findMany({
          where: happened,
          orderBy: [{ detectedAt: 'desc' }, { id: 'desc' }],
          take: LISTED,
        }),
        prisma.incident.count({ where: happened }),
        prisma.operation.groupBy({
          by: ['status'],
          where: { OR: [{ createdAt: { gte: since } }, { finishedAt: { gte: since } }] },
          _count: true,
        }),
        prisma.approval.count({ where: { status: 'open' } }),
        prisma.inputRequest.count({ where: { status: 'open' } }),
      ]);
      return {
        ...{ since: since.toISOString(), until: until.toISOString(), approvals, inputs },
        servers: Object.fromEntries(servers.map((row) => [row.status, row._count])),
        incidents: incidents.map(({ target, type, status, failedAt, resolvedAt }) => ({
          ...{ server: target, type: type as IncidentType, status },
          seconds: Math.max(0, ((resolvedAt ?? until).getTime() - failedAt.getTime()) / 1000),
        })),
        moreIncidents: total - incidents.length,
        operations: Object.fromEntries(operations.map((row) => [row.status, row._count])),
        uptime: await uptime(prisma, since),
        chain: await chainHead(prisma),
      };
    },

    send: ({ chatId, threadId }, last, now, notification) =>
      prisma.$transaction(async (tx) => {
        const { count } = await tx.preference.updateMany({
          where: { chatId, threadId, digestAt: { not: null }, digestedAt: last },
          data: { digestedAt: now },
        });
        if (count === 0) return false;
        await enqueueFor(tx, clock, notification, [{ chatId, threadId }], 'telegram');
        return true;
      }),
  };
}

/** Good checks among good and bad ones, of the hours that are counted up already. */
async function uptime(tx: Tx, since: Date): Promise<number | null> {
  const [row] = await tx.$queryRaw<{ percent: number | null }[]>`
    SELECT 100.0::float8 * sum(good) / nullif(sum(good) + sum(bad), 0) AS percent
      FROM health_hour WHERE hour >= ${since}::timestamptz`;
  return row?.percent ?? null;
}

async function chainHead(tx: Tx): Promise<Digest['chain']> {
  const head = await tx.auditEvent.findFirst({
    orderBy: { seq: 'desc' },
    select: { seq: true, hash: true },
  });
  return head && { seq: String(head.seq), hash: head.hash };
}
