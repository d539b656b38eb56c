import type { Step } from '#domain/step.ts';
import type { RecoveryDeps } from '../deps.ts';

/** A failed operation becomes an incident; a second failure of the same kind adds to it. */
export const openIncident: Step<RecoveryDeps> = {
  id: 'open-incident',
  title: 'Open an incident',
  timeoutSeconds: 10,
  weight: 1,
  only: ['provision', 'rebuild'],
  async run({ deps, state, operation, server }) {
    const failure = state.failure;
    if (failure === null) return { status: 'skipped', summary: 'nothing failed' };
    const incident = await deps.incidents.open({
      type: 'provisioning_failed',
      serverHandle: server.handle,
      severity: 'error',
      details: `Attempt ${state.attempt}, step ${failure.step ?? 'intake'}: ${failure.message}`,
      operationId: operation.id,
    });
    return { status: 'done', summary: `incident ${incident.id}` };
  },
};
