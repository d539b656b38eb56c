import { PHASE_SECONDS } from '#domain/phases.ts';
import type { Step } from '#domain/step.ts';
import type { ProvisionDeps } from '../deps.ts';
import { confirmedByProvider } from '../identity.ts';

const SECONDS = PHASE_SECONDS['confirm-identity'];

/** Asks the provider who this is before anything of it is touched. */
export const confirmIdentity: Step<ProvisionDeps> = {
  id: 'confirm-identity',
  title: 'Confirm the identity with the provider',
  timeoutSeconds: SECONDS,
  weight: 1,
  run(context) {
    const { reinstall, 'reset-password': reset } = context.state.steps;
    const resuming = reinstall !== undefined || reset !== undefined;
    return confirmedByProvider(context, { seconds: SECONDS - 10, resuming });
  },
};
