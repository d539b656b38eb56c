import type { Operation } from '#domain/operation.ts';
import type { OpsState } from '#domain/state.ts';
import type { Authority, RecoveryPermit } from '#domain/tool.ts';

/** On whose word the tools of an operation's steps run. */
export function authorityOf(operation: Operation, state: OpsState): Authority {
  return {
    by: operation.requestedBy,
    operationId: operation.id,
    humanOrder: operation.kind === 'rebuild' ? 'force_rebuild' : null,
    permit: operation.kind === 'recover' ? permitOf(state) : null,
  };
}

/** Until a rung is reserved a recovery may look, and nothing else. */
const LOOK_ONLY: RecoveryPermit = { rung: 'recheck', word: 'auto', approvalId: null, recordId: '' };

function permitOf({ rung, rung_record, approval_id }: OpsState): RecoveryPermit {
  if (rung === null || rung_record === null) return LOOK_ONLY;
  const word = approval_id !== null ? 'approval' : rung === 'reinstall' ? 'rebuildable' : 'auto';
  return { rung, word, approvalId: approval_id, recordId: rung_record };
}
