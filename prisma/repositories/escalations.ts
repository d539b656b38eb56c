import type { Severity } from '#domain/incident.ts';
import { WEBHOOK_RECEIVER } from '#domain/notification.ts';
import type { DueEscalation, OnCallRepository } from '#domain/repositories.ts';
import { type OnCallSlot, Prisma } from '#generated/prisma/client.ts';
import { appendAudit } from './audit.ts';
import { isUuid } from './clean.ts';
import type { RepositoryDeps, Tx } from './deps.ts';
import { noteIncident } from './incident-rows.ts';
import { enqueueFor, enqueueNotification } from './outbox-enqueue.ts';

/** Without a list of people to call, owners are reminded once, after so many minutes. */
const REMIND_MINUTES = 10;

interface Row {
  readonly id: string;
  readonly escalation: number;
  readonly since: Date;
  readonly target: string;
  readonly type: string;
  readonly severity: Severity;
  readonly reopened: number;
}

/** Nobody has taken it, it is not over, and nothing larger (a window, a mass failure) speaks for it. */
const UNTAKEN = Prisma.sql`i.taken_by IS NULL AND NOT i.muted
  AND (i.status = 'failed' OR (i.severity = 'critical' AND i.status IN ('detected', 'recovering')))
  AND NOT EXISTS (SELECT FROM server s WHERE s.id = i.server_id AND s.status = 'maintenance')`;

export function createEscalations({
  prisma,
  clock,
}: RepositoryDeps): Pick<OnCallRepository, 'due' | 'escalate'> {
  const whoIs = async (slot: OnCallSlot | null): Promise<string> => {
    if (!slot?.telegramId) return '';
    const user = await prisma.user.findUnique({ where: { telegramId: slot.telegramId } });
    return user?.username ? `@${user.username}` : (user?.firstName ?? String(slot.telegramId));
  };

  return {
    async due(now) {
      const slots = await prisma.onCallSlot.findMany({ orderBy: { position: 'asc' } });
      const last = Math.max(1, slots.length);
      const rows = await prisma.$queryRaw<Row[]>`
        SELECT i.id, i.escalation, coalesce(i.escalated_at, i.detected_at) AS since, i.target,
               i.type, i.severity::text AS severity, i.reopened
          FROM incident i WHERE ${UNTAKEN} AND i.escalation < ${last} ORDER BY i.detected_at`;
      const due: DueEscalation[] = [];
      for (const { id, since, target, ...row } of rows) {
        const slot = slots[row.escalation] ?? null;
        const minutes = slot?.afterMinutes ?? REMIND_MINUTES;
        if (now.getTime() - since.getTime() < minutes * 60_000) continue;
        const who = await whoIs(slot);
        due.push({ ...row, incidentId: id, server: target, slot, who, minutes });
      }
      return due;
    },

    escalate: ({ incidentId, escalation, slot, server }, now, notification) =>
      prisma.$transaction(async (tx): Promise<boolean> => {
        if (!isUuid(incidentId)) return false;
        const called = await tx.$executeRaw`
          UPDATE incident i SET escalation = ${escalation + 1}, escalated_at = ${now}::timestamptz
           WHERE i.id = ${incidentId}::uuid AND i.escalation = ${escalation} AND ${UNTAKEN}`;
        if (called === 0) return false;
        const whom = slot === null ? 'the owners' : (calledName(slot.telegramId) ?? 'the webhook');
        await noteIncident(tx, clock, incidentId, 'agent', `Nobody took it: called ${whom}`);
        if (slot && slot.telegramId === null) {
          await enqueueFor(tx, clock, notification, [WEBHOOK_RECEIVER], 'webhook');
        }
        await enqueueNotification(tx, clock, notification, await calledPeople(tx, slot));
        await appendAudit(tx, clock, {
          ...{ actor: 'agent', action: 'incident.escalated', target: server, operationId: null },
          data: { incident: incidentId, call: escalation + 1, to: whom },
        });
        return true;
      }),
  };
}

const calledName = (telegramId: bigint | null): string | null =>
  telegramId === null ? null : `tg:${telegramId}`;

/** Who is told whatever they subscribed to: the one who is called, or the owners. */
async function calledPeople(tx: Tx, slot: DueEscalation['slot']): Promise<readonly bigint[]> {
  if (slot) return slot.telegramId === null ? [] : [slot.telegramId];
  const owners = await tx.user.findMany({ where: { role: 'owner' }, select: { telegramId: true } });
  return owners.map(({ telegramId }) => telegramId);
}
