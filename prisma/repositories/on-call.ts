import type { OnCallSlot } from '#domain/following.ts';
import type { OnCallRepository } from '#domain/repositories.ts';
import type { OnCallSlot as Row } from '#generated/prisma/client.ts';
import { appendAudit } from './audit.ts';
import { isUuid } from './clean.ts';
import type { RepositoryDeps, Tx } from './deps.ts';
import { createEscalations } from './escalations.ts';

/** Any number; changes of the list go one after the other. */
const LIST_LOCK = 0x6f6e_6361;
/** Out of the way of every real position while two change places. */
const ASIDE = 1_000_000;

/** The list along which people are called. Positions count up; holes do no harm. */
export function createOnCall(deps: RepositoryDeps): OnCallRepository {
  const { prisma, clock } = deps;
  const change = <T>(work: (tx: Tx) => Promise<T>): Promise<T> =>
    prisma.$transaction(async (tx) => {
      await tx.$executeRaw`SELECT pg_advisory_xact_lock(${LIST_LOCK}::bigint)`;
      return work(tx);
    });
  const audit = (tx: Tx, by: string, action: string, slot: Row) =>
    appendAudit(tx, clock, {
      ...{ actor: by, action, operationId: null },
      target: slot.telegramId === null ? 'webhook' : `tg:${slot.telegramId}`,
      data: { position: slot.position, after_minutes: slot.afterMinutes },
    });

  return {
    ...createEscalations(deps),

    async slots() {
      return (await prisma.onCallSlot.findMany({ orderBy: { position: 'asc' } })).map(toSlot);
    },

    add: ({ telegramId, afterMinutes }, by) =>
      change(async (tx) => {
        const { _max } = await tx.onCallSlot.aggregate({ _max: { position: true } });
        const slot = await tx.onCallSlot.create({
          data: { position: (_max.position ?? 0) + 1, telegramId, afterMinutes, createdBy: by },
        });
        await audit(tx, by, 'on_call.add', slot);
        return toSlot(slot);
      }),

    remove: (id, by) =>
      change(async (tx) => {
        const slot = isUuid(id) ? await tx.onCallSlot.findUnique({ where: { id } }) : null;
        if (!slot) return false;
        await tx.onCallSlot.delete({ where: { id } });
        await audit(tx, by, 'on_call.remove', slot);
        return true;
      }),

    raise: (id, by) =>
      change(async (tx) => {
        const slot = isUuid(id) ? await tx.onCallSlot.findUnique({ where: { id } }) : null;
        const before =
          slot &&
          (await tx.onCallSlot.findFirst({
            where: { position: { lt: slot.position } },
            orderBy: { position: 'desc' },
          }));
        if (!slot || !before) return false;
        const move = (one: Row, position: number) =>
          tx.onCallSlot.update({ where: { id: one.id }, data: { position } });
        await move(before, ASIDE);
        await move(slot, before.position);
        await move(before, slot.position);
        await audit(tx, by, 'on_call.raise', slot);
        return true;
      }),
  };
}

export const toSlot = ({ createdBy: _, ...slot }: Row): OnCallSlot => slot;
