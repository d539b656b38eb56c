import type { Approval } from './approval.ts';
import { OpsError } from './errors.ts';
import { type FleetState, stopOf } from './fleet.ts';
import type { GroupPolicy } from './group.ts';
import { isAbove } from './ladder.ts';
import type { RungRecord } from './recovery.ts';
import type { Server } from './server.ts';
import type { Effect, RecoveryPermit } from './tool.ts';

/** What the door reads afresh before a recovery interrupts or destroys anything. */
export interface PermitFacts {
  readonly operationId: string | null;
  readonly server: Server;
  readonly policy: GroupPolicy;
  readonly fleet: FleetState;
  readonly record: RungRecord | null;
  readonly approval: Approval | null;
}

/** How a permit is written into its rung's record. */
export const permitText = ({ word, approvalId }: Pick<RecoveryPermit, 'word' | 'approvalId'>) =>
  word === 'approval' ? `approval:${approvalId}` : word;

/**
 * Throws `frozen` while anything stops automatic action, and `approval_required` unless the rung is
 * the one that was reserved and the word it stands on still holds. Pure.
 */
export function assertPermitHolds(
  effect: Effect,
  permit: RecoveryPermit,
  { operationId, server, policy, fleet, record, approval }: PermitFacts,
): void {
  const stop = stopOf(fleet);
  if (stop !== null) {
    throw new OpsError('frozen', `Automatic action is stopped (${stop.stop}): ${stop.reason}.`);
  }
  const reserved =
    record !== null &&
    record.operationId === operationId &&
    record.rung === permit.rung &&
    record.outcome === 'running' &&
    record.permit === permitText(permit);
  if (!reserved) throw refused(server, permit, 'the rung is not reserved');
  if (effect === 'destroy' && permit.rung !== 'reinstall') {
    throw refused(server, permit, 'only a reinstall may lose data');
  }
  const problem = wordProblem(permit, { operationId, server, policy, approval });
  if (problem !== null) throw refused(server, permit, problem);
}

function wordProblem(
  { word, rung }: RecoveryPermit,
  {
    operationId,
    server,
    policy,
    approval,
  }: Pick<PermitFacts, 'operationId' | 'server' | 'policy' | 'approval'>,
): string | null {
  if (word === 'approval') {
    const ours =
      approval !== null && approval.status === 'used' && approval.operationId === operationId;
    return ours && approval.arguments.rung === rung ? null : 'its approval does not hold';
  }
  if ((server.mode ?? policy.mode) !== 'auto') return 'its mode is no longer auto';
  if (word === 'rebuildable') {
    return server.rebuildable && rung === 'reinstall' ? null : 'it is not marked rebuildable';
  }
  const alone = rung !== 'reinstall' && !isAbove(rung, policy.highest_rung);
  return alone ? null : 'the rung is above the highest automatic one';
}

const refused = (server: Server, { rung }: RecoveryPermit, why: string) =>
  new OpsError('approval_required', `The rung "${rung}" on ${server.handle} may not run: ${why}.`, {
    hint: 'Nothing was done. The recovery asks anew, or a human does it by hand.',
  });
