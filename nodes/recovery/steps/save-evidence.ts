import { toOpsError } from '#domain/errors.ts';
import { OPEN_INCIDENT_STATUSES } from '#domain/incident.ts';
import { DISRUPTIVE_RUNGS } from '#domain/recovery.ts';
import type { Step, StepContext } from '#domain/step.ts';
import { serverSaveEvidence } from '#tools/server/save-evidence.ts';
import type { RecoveryDeps } from '../deps.ts';
import { BY } from '../look.ts';
import { RECOVERY_SECONDS } from '../phases.ts';

/**
 * Before a rung wipes it away, as far as the host answers; what cannot be saved stops no rung. It
 * goes onto the incident's timeline; that of an ordered reboot without an incident into the step's
 * own notes, which the API shows with the step.
 */
export const saveEvidence: Step<RecoveryDeps> = {
  id: 'save-evidence',
  title: 'Save evidence',
  timeoutSeconds: RECOVERY_SECONDS['save-evidence'],
  weight: 2,
  only: ['recover', 'reboot'],
  async run(context) {
    const { deps, tools, memo, signal } = context;
    const due = await dueNow(context);
    if (due === null) return { status: 'skipped', summary: 'nothing is interrupted' };
    const { before, incidentId, mark } = due;
    if (memo.get().saved_for === mark) return { status: 'done', summary: 'saved already' };
    const saved = await tools
      .call(serverSaveEvidence, { incident_id: incidentId, before })
      .catch(async (error: unknown) => {
        signal.throwIfAborted();
        const text = `no evidence before ${before}: ${toOpsError(error).message}`;
        if (incidentId !== null) await deps.incidents.addEvent(incidentId, { actor: BY, text });
        return text;
      });
    const summary = typeof saved === 'string' ? saved : `saved: ${saved.sections.join(', ')}`;
    const evidence = typeof saved === 'string' || incidentId !== null ? null : saved.evidence;
    await memo.put({ saved_for: mark, ...(evidence === null ? {} : { evidence }) });
    return { status: 'done', summary };
  },
};

interface Due {
  readonly before: string;
  readonly incidentId: string | null;
  /** What it was saved for: once per rung, and per order. */
  readonly mark: string | null;
}

async function dueNow({
  deps,
  state,
  operation,
  server,
}: StepContext<RecoveryDeps>): Promise<Due | null> {
  if (operation.kind === 'reboot') {
    const { items } = await deps.incidents.list(
      { serverHandle: server.handle, status: OPEN_INCIDENT_STATUSES },
      { offset: 0, limit: 1 },
    );
    return { before: 'reboot', incidentId: items[0]?.id ?? null, mark: operation.id };
  }
  const { rung, rung_record, incident_id, route } = state;
  if (route !== null || rung === null || incident_id === null) return null;
  if (!DISRUPTIVE_RUNGS.has(rung)) return null;
  return { before: rung, incidentId: incident_id, mark: rung_record };
}
