import { PHASE_SECONDS } from '#domain/phases.ts';
import type { Step } from '#domain/step.ts';
import type { ProvisionDeps } from '../deps.ts';

/** Reserves the attempt in the database before anything is asked of the provider (invariant 5). */
export const claimAttempt: Step<ProvisionDeps> = {
  id: 'claim-attempt',
  title: 'Reserve the attempt',
  timeoutSeconds: PHASE_SECONDS['claim-attempt'],
  weight: 1,
  async run({ deps, state }) {
    const attempt = state.attempt + 1;
    await deps.operations.claimAttempt(deps.take, attempt, deps.limits.maxAttempts);
    return {
      status: 'done',
      summary: `attempt ${attempt} of ${deps.limits.maxAttempts}`,
      update: { attempt },
    };
  },
};
