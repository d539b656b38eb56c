import type { Approval, NewApproval } from '#domain/approval.ts';
import { approvalHash } from '#domain/approval-hash.ts';
import type { GroupPolicy } from '#domain/group.ts';
import { wordFor } from '#domain/ladder.ts';
import { Rung, type RungRecord } from '#domain/recovery.ts';
import type { StepContext, StepResult } from '#domain/step.ts';
import type { RecoveryDeps } from '../deps.ts';
import type { SeenLook } from '../look.ts';
import { handOver } from './answers.ts';
import { failingClass } from './question.ts';

/** While a question is open the server is looked at this often: one that came back voids it. */
const OPEN_LOOK_MS = 60_000;

export type ApprovalWord =
  | { readonly given: Approval; readonly hash: string }
  | { readonly result: StepResult };

/**
 * A human's word for exactly this rung and these facts, recomputed now: given, or still to wait for.
 * A denial ends the ladder (a harder rung is no answer to a no); an expiry asks anew.
 */
export async function approvalFor(
  { deps, approval }: StepContext<RecoveryDeps>,
  question: NewApproval,
  records: readonly RungRecord[],
): Promise<ApprovalWord> {
  const hash = approvalHash(question);
  const wakeAt = new Date(deps.clock.now().getTime() + OPEN_LOOK_MS);
  const ask: ApprovalWord = { result: { status: 'parked', approve: question, wakeAt } };
  const last = await approval();
  if (last === null || last.arguments.rung !== question.arguments.rung) {
    if (last !== null) await voidIfLive(last, 'another rung is the next one', deps);
    return ask;
  }
  if (last.status === 'denied') return { result: denied(last) };
  if (last.status === 'used') {
    // A run that was cut short between the use and its checkpoint goes on with its rung.
    const running = records.some(
      ({ permit, outcome }) => outcome === 'running' && permit === `approval:${last.id}`,
    );
    return running ? { given: last, hash: last.hash } : ask;
  }
  if (last.status !== 'open' && last.status !== 'approved') return ask;
  if (last.hash !== hash) {
    await voidIfLive(last, 'the facts it rested on have changed', deps);
    return ask;
  }
  return last.status === 'approved' ? { given: last, hash } : ask;
}

/**
 * While the question is open and nothing that we see has changed, neither the provider nor the
 * neighbours are troubled once a minute; all of it is asked again before the answer counts.
 */
export async function stillAsked(
  { deps, approval, server }: StepContext<RecoveryDeps>,
  seen: SeenLook,
  { mode, highest_rung: highestAutomatic }: GroupPolicy,
): Promise<StepResult | null> {
  const last = await approval();
  const now = deps.clock.now();
  if (last?.status !== 'open' || last.expiresAt <= now) return null;
  if (last.facts.failing !== failingClass(seen)) return null;
  const rung = Rung.safeParse(last.arguments.rung);
  const facts = { highestAutomatic, rebuildable: server.rebuildable, peersDisagree: false };
  const word = rung.success && wordFor(rung.data, { mode: server.mode ?? mode, ...facts });
  if (word !== 'approval') return null;
  return { status: 'parked', approve: last, wakeAt: new Date(now.getTime() + OPEN_LOOK_MS) };
}

function denied({ decidedBy, note, arguments: { rung } }: Approval): StepResult {
  const words = note === null || note === '' ? '' : `: ${note}`;
  const message = `${decidedBy ?? 'A human'} denied ${String(rung)}${words}.`;
  return handOver('approval_required', message, 'Bring it back by hand; the runbook says how.');
}

export async function voidIfLive(
  { id, status }: Approval,
  why: string,
  { approvals }: RecoveryDeps,
): Promise<void> {
  if (status === 'open' || status === 'approved') await approvals.void(id, why);
}
