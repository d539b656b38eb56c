import { PHASE_SECONDS } from '#domain/phases.ts';
import type { Step } from '#domain/step.ts';
import type { ProvisionDeps } from '../deps.ts';

/** Reserves the attempt in the database before anything is asked of the provider (invariant 5). */
export const claimAttempt: Step<ProvisionDeps> = {
  id: 'claim-attempt',
  title: 'Reserve the attempt',
  timeoutSeconds: PHASE_SECONDS['claim-attempt'],
  weight: 1,
  async run({ deps, state, operation, server }) {
    const attempt = state.attempt + 1;
    // A recovery takes each rung once, within budgets of its own: those of preparing say nothing of it.
    const recovery = operation.kind === 'recover';
    const most = recovery ? server.provisioningAttempts + 1 : deps.limits.maxAttempts;
    await deps.operations.claimAttempt(deps.take, attempt, most);
    return {
      status: 'done',
      summary: recovery ? `rung ${state.rung}` : `attempt ${attempt} of ${most}`,
      update: { attempt },
    };
  },
};
