import type { Step } from '#domain/step.ts';
import type { ProvisionDeps } from './deps.ts';
import { awaitHost } from './steps/await-host.ts';
import { claimAttempt } from './steps/claim-attempt.ts';
import { confirmIdentity } from './steps/confirm-identity.ts';
import { installSoftware } from './steps/install-software.ts';
import { markReady } from './steps/mark-ready.ts';
import { openAccess } from './steps/open-access.ts';
import { persistKey } from './steps/persist-key.ts';
import { probeAccess } from './steps/probe-access.ts';
import { reinstall } from './steps/reinstall.ts';
import { resetPassword } from './steps/reset-password.ts';
import { verifyFromOutside } from './steps/verify-from-outside.ts';

/** The whole procedure, for provisioning and rebuild alike: each step says when it does not apply. */
export const provision: readonly Step<ProvisionDeps>[] = [
  claimAttempt,
  confirmIdentity,
  probeAccess,
  reinstall,
  resetPassword,
  awaitHost,
  openAccess,
  persistKey,
  installSoftware,
  verifyFromOutside,
  markReady,
];
