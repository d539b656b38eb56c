import { OpsError } from '#domain/errors.ts';
import type { RecoveryCaps } from '#domain/fleet.ts';
import type { Clock } from '#domain/ports.ts';
import { DISRUPTIVE_RUNGS } from '#domain/recovery.ts';
import type { RungOutcome } from '#generated/prisma/client.ts';
import { isUuid } from './clean.ts';
import type { Tx } from './deps.ts';
import type { OperationRow } from './operation-rows.ts';
import { type Contender, rampLimit, whyWait } from './recovery-turn.ts';

const DAY_MS = 86_400_000;
/** One in the queue that has not asked for so long is not coming: it holds up nobody. */
const PATIENCE_MS = 300_000;

const DISRUPTIVE = [...DISRUPTIVE_RUNGS];
/** Outcomes of rungs that were begun. */
const BEGUN: RungOutcome[] = ['running', 'helped', 'no_help', 'failed'];

/** What bounds disruptive rungs. To be asked while the fleet's row is locked. */
export function createRecoveryQueue(clock: Clock) {
  const contenders = async (tx: Tx, which: 'running' | 'waiting'): Promise<Contender[]> => {
    const asked = new Date(which === 'running' ? 0 : clock.now().getTime() - PATIENCE_MS);
    return tx.$queryRaw<Contender[]>`
      SELECT r.operation_id AS "operationId", a.name AS account, i.failed_at AS since, g.weight,
             coalesce(s.error_from, s.status) = 'in_use' AS "inUse"
        FROM recovery_rung r
        JOIN operation o ON o.id = r.operation_id
        JOIN incident i ON i.id = r.incident_id
        JOIN server s ON s.id = r.server_id
        JOIN server_group g ON g.id = s.group_id
        JOIN provider_account a ON a.id = s.provider_account_id
       WHERE r.outcome = ${which}::rung_outcome AND r.rung = ANY (${DISRUPTIVE}::rung[])
         AND o.status IN ('queued', 'running', 'waiting') AND r.asked_at >= ${asked}::timestamptz`;
  };

  const asContender = async (
    tx: Tx,
    operation: OperationRow,
    incidentId: string,
  ): Promise<Contender> => {
    const incident = isUuid(incidentId)
      ? await tx.incident.findUnique({ where: { id: incidentId } })
      : null;
    if (!incident) throw new OpsError('not_found', `There is no incident ${incidentId}.`);
    const server = await tx.server.findUniqueOrThrow({
      where: { id: operation.serverId },
      include: { group: true, providerAccount: true },
    });
    return {
      operationId: operation.id,
      account: server.providerAccount.name,
      inUse: (server.errorFrom ?? server.status) === 'in_use',
      weight: server.group.weight,
      since: incident.failedAt,
    };
  };

  return {
    /** Which budget of the last 24 hours is used up, or null. */
    async spentBudget(tx: Tx, operation: OperationRow, caps: RecoveryCaps): Promise<string | null> {
      const since = new Date(clock.now().getTime() - DAY_MS);
      const begun = {
        ...{ rung: { in: DISRUPTIVE }, outcome: { in: BEGUN }, startedAt: { gt: since } },
      };
      const host = await tx.recoveryRung.groupBy({
        by: ['operationId'],
        where: { ...begun, serverId: operation.serverId, NOT: { operationId: operation.id } },
      });
      if (host.length >= caps.attemptsPerDay) {
        return `${host.length} recoveries of ${operation.server.handle} in 24 hours`;
      }
      const fleet = await tx.recoveryRung.count({ where: begun });
      return fleet >= caps.fleetPerDay
        ? `${fleet} disruptive rungs in the fleet in 24 hours`
        : null;
    },

    /** Why it is not the operation's turn, or null. */
    async whyWait(
      tx: Tx,
      operation: OperationRow,
      incidentId: string,
      rearmedAt: Date | null,
      caps: RecoveryCaps,
    ): Promise<string | null> {
      const running = await contenders(tx, 'running');
      const helped = rearmedAt
        ? await tx.recoveryRung.count({
            where: {
              ...{ outcome: 'helped', rung: { not: 'recheck' }, finishedAt: { gte: rearmedAt } },
            },
          })
        : Number.POSITIVE_INFINITY;
      return whyWait(
        await asContender(tx, operation, incidentId),
        // Its own former rung, not noted as ended yet, takes no second place.
        running.filter((one) => one.operationId !== operation.id),
        await contenders(tx, 'waiting'),
        { fleet: rampLimit(helped, caps.fleetAtOnce), account: caps.accountAtOnce },
      );
    },
  };
}
