import { AGENT, type FleetState } from '#domain/fleet.ts';
import type { FleetRepository } from '#domain/repositories.ts';
import type { FleetState as Row } from '#generated/prisma/client.ts';
import { appendAudit } from './audit.ts';
import { cleanText } from './clean.ts';
import type { RepositoryDeps, Tx } from './deps.ts';

export function createFleet({ prisma, clock }: RepositoryDeps): FleetRepository {
  const audit = (tx: Tx, actor: string, action: string, data: Record<string, unknown>) =>
    appendAudit(tx, clock, { actor, action, target: 'fleet', operationId: null, data });

  return {
    async heartbeat(now) {
      // Of several workers one sees a gap: the row is locked before the former time is read.
      const [row] = await prisma.$queryRaw<{ before: Date | null }[]>`
        WITH former AS (SELECT heartbeat_at FROM fleet_state WHERE id = 1 FOR NO KEY UPDATE)
        UPDATE fleet_state SET heartbeat_at = greatest(former.heartbeat_at, ${now}::timestamptz)
          FROM former WHERE id = 1
        RETURNING former.heartbeat_at AS before`;
      return row?.before ?? null;
    },

    state: async () => toState(await prisma.fleetState.findUniqueOrThrow({ where: { id: 1 } })),

    freeze: (by, reason, at) =>
      prisma.$transaction(async (tx) => {
        const frozen = { frozenAt: at, frozenReason: cleanText(reason), frozenBy: by };
        const { count } = await tx.fleetState.updateMany({
          where: {
            id: 1,
            // The agent's own doubt is the stronger reason: it holds back what was under way too.
            OR: [{ frozenAt: null }, ...(by === AGENT ? [{ frozenBy: { not: AGENT } }] : [])],
          },
          data: frozen,
        });
        if (count > 0) await audit(tx, by, 'fleet.freeze', { reason });
        return count > 0;
      }),

    rearm: (by, at) =>
      prisma.$transaction(async (tx) => {
        const before = await lockFleet(tx);
        await tx.fleetState.update({
          where: { id: 1 },
          data: {
            ...{ frozenAt: null, frozenReason: null, frozenBy: null },
            ...{ breakerOpenAt: null, breakerReason: null, rearmedAt: at },
          },
        });
        await audit(tx, by, 'fleet.rearm', {
          ...{ frozen: before.frozenReason, breaker: before.breakerReason },
        });
        return before;
      }),

    openBreaker: (reason, at) =>
      prisma.$transaction(async (tx) => {
        const { count } = await tx.fleetState.updateMany({
          where: { id: 1, breakerOpenAt: null },
          data: { breakerOpenAt: at, breakerReason: cleanText(reason) },
        });
        if (count > 0) await audit(tx, 'agent:health', 'fleet.breaker', { reason });
        return count > 0;
      }),

    setBlind: (since) =>
      prisma.$transaction(async (tx) => {
        const before = await lockFleet(tx);
        // Several shards notice it: the earliest counts.
        const blindSince = since && (before.blindSince ?? since);
        await tx.fleetState.update({ where: { id: 1 }, data: { blindSince } });
        return before;
      }),

    async setEpoch(epoch, from) {
      const { count } = await prisma.fleetState.updateMany({
        where: { id: 1, epoch: from },
        data: { epoch },
      });
      return count > 0;
    },
  };
}

/** The fleet's one row, locked until the transaction ends. */
export async function lockFleet(tx: Tx): Promise<FleetState> {
  await tx.$queryRaw`SELECT id FROM fleet_state WHERE id = 1 FOR UPDATE`;
  return toState(await tx.fleetState.findUniqueOrThrow({ where: { id: 1 } }));
}

const toState = ({ id: _, ...row }: Row): FleetState => row;
