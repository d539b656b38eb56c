import type { ErrorCode } from '#domain/errors.ts';
import { assertChangeable } from '#domain/policy.ts';
import { CAME_BACK_GOODS, whatIsWrong } from '#domain/recovery-proof.ts';
import type { Step, StepContext } from '#domain/step.ts';
import type { RecoveryDeps } from '../deps.ts';
import { BY, incidentOf, isOpen, look, staysGood } from '../look.ts';
import { RECOVERY_SECONDS } from '../phases.ts';

/** Failures that kept a rung from being taken: it may be taken later. */
const NOT_TAKEN: ReadonlySet<ErrorCode> = new Set(['frozen', 'approval_required', 'busy']);

/**
 * The lowest rung, and the look before every other one: what came back by itself (or by the rung
 * before, late) goes to the proof; else the former rung's record is closed and the next is chosen.
 */
export const recheck: Step<RecoveryDeps> = {
  id: 'recheck',
  title: 'Look again',
  timeoutSeconds: RECOVERY_SECONDS.recheck,
  weight: 2,
  only: ['recover'],
  async run(context) {
    const { deps, server, operation } = context;
    assertChangeable(server);
    const incident = await incidentOf(context);
    if (!isOpen(incident)) {
      await closeRung(context, 'the incident was closed meanwhile');
      return {
        status: 'done',
        summary: `the incident is ${incident.status} already`,
        update: { route: 'end', failure: null },
      };
    }
    if (incident.status === 'detected') {
      const patch = { status: 'recovering', operationId: operation.id } as const;
      await deps.incidents.update(incident.id, patch, BY);
    }
    const wrong =
      whatIsWrong(incident.type, await look(context)) ??
      (await staysGood(context, incident.type, CAME_BACK_GOODS - 1));
    if (wrong === null) {
      if (notTaken(context)) await closeRung(context, 'it came back before');
      return {
        status: 'done',
        summary: 'it answers again',
        update: { route: 'devops', failure: null },
      };
    }
    await closeRung(context, wrong);
    return {
      status: 'done',
      summary: `still so: ${wrong}`,
      update: { route: null, failure: null, rung: null, rung_record: null, approval_id: null },
    };
  },
};

const notTaken = ({ state: { failure } }: StepContext<RecoveryDeps>): boolean =>
  failure !== null && NOT_TAKEN.has(failure.code);

/** Writes down what became of the rung before; once, also when this step runs twice. */
async function closeRung(context: StepContext<RecoveryDeps>, wrong: string): Promise<void> {
  const { deps, state } = context;
  if (state.rung_record === null) return;
  const record = await deps.recoveries.find(state.rung_record);
  if (record === null || record.outcome !== 'running') return;
  const { failure } = state;
  if (notTaken(context)) {
    await deps.recoveries.finish(record.id, 'skipped', failure?.message ?? wrong);
  } else if (failure === null || failure.step === 'verify-recovery') {
    await deps.recoveries.finish(record.id, 'no_help', wrong);
  } else {
    await deps.recoveries.finish(record.id, 'failed', failure.message);
  }
}
