import { toOpsError } from '#domain/errors.ts';
import { DISRUPTIVE_RUNGS } from '#domain/recovery.ts';
import type { Step } from '#domain/step.ts';
import { serverSaveEvidence } from '#tools/server/save-evidence.ts';
import type { RecoveryDeps } from '../deps.ts';
import { BY } from '../look.ts';
import { RECOVERY_SECONDS } from '../phases.ts';

/** Before a rung wipes it away, as far as the host answers; what cannot be saved stops no rung. */
export const saveEvidence: Step<RecoveryDeps> = {
  id: 'save-evidence',
  title: 'Save evidence',
  timeoutSeconds: RECOVERY_SECONDS['save-evidence'],
  weight: 2,
  only: ['recover'],
  async run({ deps, state, tools, memo, signal }) {
    const { rung, rung_record, incident_id, route } = state;
    if (route !== null || rung === null || incident_id === null || !DISRUPTIVE_RUNGS.has(rung)) {
      return { status: 'skipped', summary: 'nothing is interrupted' };
    }
    if (memo.get().saved_for === rung_record) return { status: 'done', summary: 'saved already' };
    const summary = await tools.call(serverSaveEvidence, { incident_id, before: rung }).then(
      ({ sections }) => `saved: ${sections.join(', ')}`,
      async (error: unknown) => {
        signal.throwIfAborted();
        const text = `no evidence before ${rung}: ${toOpsError(error).message}`;
        await deps.incidents.addEvent(incident_id, { actor: BY, text });
        return text;
      },
    );
    await memo.put({ saved_for: rung_record });
    return { status: 'done', summary };
  },
};
