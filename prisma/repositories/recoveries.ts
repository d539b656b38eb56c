import { OpsError } from '#domain/errors.ts';
import { stopOf } from '#domain/fleet.ts';
import { DISRUPTIVE_RUNGS, type RungRecord } from '#domain/recovery.ts';
import type { RecoveryRepository, Reservation, Take } from '#domain/repositories.ts';
import type { Prisma } from '#generated/prisma/client.ts';
import { cleanText, isUuid } from './clean.ts';
import type { RepositoryDeps, Tx } from './deps.ts';
import { lockFleet } from './fleet.ts';
import { assertHeld, lockOperation, type OperationRow } from './operation-rows.ts';
import { createRecoveryQueue } from './recovery-queue.ts';
import { RUNG_INCLUDE, type RungRow, toRungRecord } from './recovery-rows.ts';

type Rung = Parameters<RecoveryRepository['reserve']>[1];

const WAIT_MS = 15_000;

export function createRecoveries({ prisma, clock }: RepositoryDeps): RecoveryRepository {
  const queue = createRecoveryQueue(clock);

  const held = async (tx: Tx, take: Take): Promise<OperationRow> => {
    const operation = await lockOperation(tx, take.operationId);
    assertHeld(operation, take);
    return operation;
  };

  const put = async (
    tx: Tx,
    { id: operationId, serverId }: OperationRow,
    { rung, attempt, incidentId, ...of }: Rung,
    outcome: RungRow['outcome'],
  ): Promise<RungRow> => {
    const now = clock.now();
    const running = outcome === 'running' || outcome === 'waiting';
    const values = {
      ...{ permit: of.permit, reason: cleanText(of.reason), outcome },
      ...{ askedAt: now, finishedAt: running ? null : now },
    };
    return tx.recoveryRung.upsert({
      where: { operationId_rung_attempt: { operationId, rung, attempt } },
      create: { operationId, serverId, incidentId, rung, attempt, startedAt: now, ...values },
      update: outcome === 'waiting' ? values : { ...values, startedAt: now },
      include: RUNG_INCLUDE,
    });
  };

  /** What it stood in line for before this is not wanted any more. */
  const leaveQueue = (tx: Tx, operationId: string) =>
    tx.recoveryRung.deleteMany({ where: { operationId, outcome: 'waiting' } });

  const reserve = async (
    tx: Tx,
    take: Take,
    of: Rung,
    caps: Parameters<RecoveryRepository['reserve']>[2],
  ): Promise<Reservation> => {
    const operation = await held(tx, take);
    const { id: operationId } = operation;
    const { rung, attempt } = of;
    const fleet = await lockFleet(tx);
    const before = await tx.recoveryRung.findUnique({
      where: { operationId_rung_attempt: { operationId, rung, attempt } },
      include: RUNG_INCLUDE,
    });
    // Its worker died between the commit and its own note of it; the door looks at the stops again.
    if (before && !['waiting', 'skipped', 'would'].includes(before.outcome)) {
      return { verdict: 'granted', record: toRungRecord(before) };
    }
    const refuse = async (
      stop: Extract<Reservation, { verdict: 'refused' }>['stop'],
      why: string,
    ) => {
      await leaveQueue(tx, operationId);
      return { verdict: 'refused', stop, why } as const;
    };
    const grant = async () => {
      const record = toRungRecord(await put(tx, operation, of, 'running'));
      await leaveQueue(tx, operationId);
      return { verdict: 'granted', record } as const;
    };
    const stopped = rung === 'recheck' ? null : stopOf(fleet);
    if (stopped) return refuse(stopped.stop, stopped.reason);
    if (!DISRUPTIVE_RUNGS.has(rung)) return grant();
    const spent = await queue.spentBudget(tx, operation, caps);
    if (spent) return refuse('budget', spent);
    const why = await queue.whyWait(tx, operation, of.incidentId, fleet.rearmedAt, caps);
    if (!why) return grant();
    await tx.recoveryRung.deleteMany({
      where: { operationId, outcome: 'waiting', NOT: { rung, attempt } },
    });
    await put(tx, operation, of, 'waiting');
    return { verdict: 'wait', until: new Date(clock.now().getTime() + WAIT_MS), why };
  };

  const many = async (where: Prisma.RecoveryRungWhereInput, order: 'asc' | 'desc' = 'asc') => {
    const rows = await prisma.recoveryRung.findMany({
      where: { ...where, NOT: { outcome: 'waiting' } },
      orderBy: [{ startedAt: order }, { seq: order }],
      include: RUNG_INCLUDE,
    });
    return rows.map(toRungRecord);
  };
  const find = async (id: string): Promise<RungRecord | null> =>
    isUuid(id) ? ((await many({ id }))[0] ?? null) : null;

  return {
    reserve: (take, of, caps) => prisma.$transaction((tx) => reserve(tx, take, of, caps)),

    record: (take, { outcome, ...of }) =>
      prisma.$transaction(async (tx) => {
        const operation = await held(tx, take);
        await leaveQueue(tx, operation.id);
        return toRungRecord(await put(tx, operation, of, outcome));
      }),

    async finish(id, outcome, reason) {
      // The first word counts: what has ended already stays as it ended.
      if (isUuid(id)) {
        await prisma.recoveryRung.updateMany({
          where: { id, outcome: 'running' },
          data: { outcome, reason: cleanText(reason), finishedAt: clock.now() },
        });
      }
      const record = await find(id);
      if (!record) throw new OpsError('not_found', `There is no rung ${id}.`);
      return record;
    },

    find,
    ofOperation: async (operationId) => (isUuid(operationId) ? many({ operationId }) : []),
    ofIncident: async (incidentId) => (isUuid(incidentId) ? many({ incidentId }) : []),
    would: (since) => many({ outcome: 'would', startedAt: { gte: since } }, 'desc'),
  };
}
