import type { Step } from '#domain/step.ts';
import { confirmedByProvider } from '../../provisioner/identity.ts';
import type { RecoveryDeps } from '../deps.ts';
import { RECOVERY_SECONDS } from '../phases.ts';

const SECONDS = RECOVERY_SECONDS['confirm-machine'];

/** Before an ordered reboot: that the provider still means this machine (invariant 2). */
export const confirmMachine: Step<RecoveryDeps> = {
  id: 'confirm-machine',
  title: 'Confirm the identity with the provider',
  timeoutSeconds: SECONDS,
  weight: 1,
  only: ['reboot'],
  run: (context) => confirmedByProvider(context, { seconds: SECONDS - 10, resuming: false }),
};
