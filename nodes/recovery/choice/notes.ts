import type { NextRung } from '#domain/ladder.ts';
import type { Rung, RungRecord } from '#domain/recovery.ts';
import type { StepContext, StepResult } from '#domain/step.ts';
import type { RecoveryDeps } from '../deps.ts';
import { BY } from '../look.ts';
import { atRest } from './answers.ts';
import { voidIfLive } from './approval.ts';

type Context = StepContext<RecoveryDeps>;

/** A rung that was reserved and then not taken (a stop, a word that was over) may come again. */
export const triedOf = (records: readonly RungRecord[]): ReadonlySet<Rung> =>
  new Set(
    records.flatMap(({ rung, outcome }) =>
      outcome === 'no_help' || outcome === 'failed' || outcome === 'helped' ? [rung] : [],
    ),
  );

/** Rungs that came to their end in this operation, one way or another: the next has the next number. */
export const nextAttempt = (records: readonly RungRecord[]): number =>
  1 + records.filter(({ permit, outcome }) => permit !== 'none' && outcome !== 'running').length;

/** Rungs that cannot be taken are named, once, with the reason. */
export async function nameSkipped(
  { deps, state: { incident_id: incidentId } }: Context,
  { skipped }: NextRung,
  records: readonly RungRecord[],
): Promise<void> {
  if (incidentId === null) return;
  for (const { rung, reason } of skipped) {
    if (records.some((record) => record.rung === rung && record.permit === 'none')) continue;
    await deps.recoveries.record(deps.take, {
      ...{ incidentId, rung, reason, attempt: nextAttempt(records) },
      ...{ permit: 'none', outcome: 'skipped' },
    });
  }
}

/** A place that a run took before it was cut short, for a rung that is not the next one any more. */
export async function setAside(
  { deps }: Context,
  next: Rung,
  records: readonly RungRecord[],
): Promise<void> {
  for (const { id, rung, outcome } of records) {
    if (outcome !== 'running' || rung === next) continue;
    await deps.recoveries.finish(id, 'skipped', 'it was not the next rung any more');
  }
}

/** Mode `observe`: says what it would do, on the timeline and in the report, and does nothing. */
export async function wouldTake(
  { deps, state: { incident_id: incidentId }, server }: Context,
  rung: Rung,
  reason: string,
  records: readonly RungRecord[],
): Promise<StepResult> {
  const text = `observe: would take the rung ${rung} on ${server.handle}`;
  if (incidentId !== null && !records.some(({ outcome }) => outcome === 'would')) {
    await deps.recoveries.record(deps.take, {
      ...{ incidentId, rung, reason, attempt: nextAttempt(records) },
      ...{ permit: 'none', outcome: 'would' },
    });
    await deps.incidents.addEvent(incidentId, { actor: BY, text, data: { rung, reason } });
  }
  return atRest(text);
}

/** A question that nobody needs to answer any more. */
export async function dropQuestion({ deps, approval }: Context, why: string): Promise<void> {
  const last = await approval();
  if (last !== null) await voidIfLive(last, why, deps);
}

/** What it waits for is shown when it changes, not at each of the looks in a long wait. */
export async function tellOnce({ memo, progress }: Context, text: string): Promise<void> {
  if (memo.get().told === text) return;
  await progress(text);
  await memo.put({ ...memo.get(), told: text });
}
