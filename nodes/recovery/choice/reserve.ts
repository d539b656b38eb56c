import { permitText } from '#domain/permit.ts';
import type { Rung, RungRecord } from '#domain/recovery.ts';
import type { StepContext, StepResult } from '#domain/step.ts';
import type { RecoveryDeps } from '../deps.ts';
import { handOver, parkedFor } from './answers.ts';
import type { ApprovalWord } from './approval.ts';
import { nextAttempt, tellOnce } from './notes.ts';

const SOON_MS = 1000;

export interface Wish {
  readonly rung: Rung;
  readonly incidentId: string;
  readonly reason: string;
  readonly word: 'auto' | 'rebuildable' | 'approval';
  readonly approval: Extract<ApprovalWord, { given: unknown }> | null;
  readonly records: readonly RungRecord[];
}

/** The place under caps, budgets and stops, taken directly before the act; then the word is used up. */
export async function reserveRung(
  context: StepContext<RecoveryDeps>,
  { rung, incidentId, reason, word, approval, records }: Wish,
): Promise<StepResult> {
  const { deps } = context;
  const now = deps.clock.now();
  const approvalId = approval?.given.id ?? null;
  const answer = await deps.recoveries.reserve(
    deps.take,
    {
      ...{ incidentId, rung, reason },
      attempt: nextAttempt(records),
      permit: permitText({ word, approvalId }),
    },
    deps.limits.caps,
  );
  if (answer.verdict === 'wait') {
    await tellOnce(context, `waiting for its turn (${rung}): ${answer.why}`);
    return parkedFor(now, Math.max(SOON_MS, answer.until.getTime() - now.getTime()));
  }
  if (answer.verdict === 'refused') {
    if (answer.stop === 'budget') {
      return handOver('recovery_budget', `No further recovery by itself: ${answer.why}.`, HINT);
    }
    await tellOnce(context, `stopped: ${answer.why}`);
    return parkedFor(now);
  }
  if (approval !== null && approval.given.status === 'approved') {
    const { given, hash } = approval;
    if (!(await deps.approvals.use(given.id, hash))) {
      await deps.recoveries.finish(answer.record.id, 'skipped', 'its approval is over');
      return parkedFor(now, SOON_MS);
    }
  }
  return {
    status: 'done',
    summary: `${rung} (${word === 'approval' ? `approved by ${approval?.given.decidedBy}` : word})`,
    update: { route: null, rung, rung_record: answer.record.id, approval_id: approvalId },
  };
}

const HINT =
  'Find out why it fails again and again, then bring it back by hand; the runbook says how.';
