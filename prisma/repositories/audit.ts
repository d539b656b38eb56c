import { createHash, randomUUID } from 'node:crypto';
import type { AuditEntry, AuditFilter } from '#domain/audit.ts';
import type { Clock } from '#domain/ports.ts';
import type { AuditRepository } from '#domain/repositories.ts';
import type { AuditEvent, Prisma } from '#generated/prisma/client.ts';
import { cleanJson, cleanText, isUuid } from './clean.ts';
import type { RepositoryDeps, Tx } from './deps.ts';

type NewAuditEvent = Parameters<AuditRepository['append']>[0];

/** Advisory lock of the chain's end; taken last in a transaction, so that it is held shortly. */
const CHAIN_LOCK = 0x7a61_7564;
const START = '0'.repeat(64);
const PAGE = 1000;

/** Append-only by a trigger, chained by hashes: each event's covers the one before it. */
export function createAudit({ prisma, clock }: RepositoryDeps): AuditRepository {
  return {
    append: (event) => prisma.$transaction((tx) => appendAudit(tx, clock, event)),
    async list(filter, { offset, limit }) {
      const where = auditWhere(filter);
      const [rows, total] = await prisma.$transaction([
        prisma.auditEvent.findMany({ where, orderBy: { seq: 'desc' }, skip: offset, take: limit }),
        prisma.auditEvent.count({ where }),
      ]);
      return { items: rows.map(toEntry), total };
    },
    async verify() {
      let before = { seq: 0n, hash: START };
      for (;;) {
        const events = await prisma.auditEvent.findMany({
          where: { seq: { gt: before.seq } },
          orderBy: { seq: 'asc' },
          take: PAGE,
        });
        for (const event of events) {
          const sound =
            event.seq === before.seq + 1n &&
            event.prevHash === before.hash &&
            event.hash === hashOf(event);
          if (!sound) return event.id;
          before = event;
        }
        if (events.length < PAGE) return null;
      }
    },
  };
}

/** Call it as the last thing in a transaction: until the commit all other appends wait. */
export async function appendAudit(tx: Tx, clock: Clock, event: NewAuditEvent): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(${CHAIN_LOCK}::bigint)`;
  const last = await tx.auditEvent.findFirst({
    orderBy: { seq: 'desc' },
    select: { seq: true, hash: true },
  });
  const row = {
    id: randomUUID(),
    seq: (last?.seq ?? 0n) + 1n,
    at: clock.now(),
    actor: cleanText(event.actor),
    action: cleanText(event.action),
    target: cleanText(event.target),
    operationId: event.operationId,
    data: cleanJson(event.data),
    prevHash: last?.hash ?? START,
  };
  await tx.auditEvent.create({ data: { ...row, hash: hashOf(row) } });
}

function hashOf(event: Omit<AuditEvent, 'hash' | 'data'> & { data: unknown }): string {
  const { id, seq, at, actor, action, target, operationId, data, prevHash } = event;
  const text = canonical({
    ...{ id, seq: String(seq), at: at.toISOString(), actor, action, target },
    ...{ operation_id: operationId, data },
  });
  return createHash('sha256').update(prevHash).update(text).digest('hex');
}

/** JSON with its keys in order: jsonb keeps values, not the order. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, part]) => `${JSON.stringify(key)}:${canonical(part)}`).join(',')}}`;
}

function auditWhere(filter: AuditFilter): Prisma.AuditEventWhereInput {
  const { actor, target, about, action, operationId, from, until } = filter;
  const either = (conditions: Prisma.AuditEventWhereInput[]) => ({ AND: [{ OR: conditions }] });
  return {
    ...(actor === undefined ? {} : { actor }),
    ...(target === undefined ? {} : { target }),
    // An id that is no UUID stands for no operation.
    ...(operationId === undefined
      ? {}
      : isUuid(operationId)
        ? { operationId }
        : { id: { in: [] } }),
    ...(from || until ? { at: { ...(from && { gte: from }), ...(until && { lt: until }) } } : {}),
    AND: [
      about === undefined ? {} : either([{ actor: about }, { target: about }]),
      action === undefined ? {} : either([{ action }, { action: { startsWith: `${action}.` } }]),
    ],
  };
}

const toEntry = ({ prevHash: _, hash: __, seq, data, ...event }: AuditEvent): AuditEntry => ({
  ...event,
  seq: Number(seq),
  data: data as Record<string, unknown>,
});
