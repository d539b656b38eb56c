import type { Step } from '#domain/step.ts';
import type { RecoveryDeps } from './deps.ts';
import { chooseRung } from './steps/choose-rung.ts';
import { confirmMachine } from './steps/confirm-machine.ts';
import { handOn } from './steps/hand-on.ts';
import { openIncident } from './steps/open-incident.ts';
import { reboot } from './steps/reboot.ts';
import { recheck } from './steps/recheck.ts';
import { restartServices } from './steps/restart-services.ts';
import { saveEvidence } from './steps/save-evidence.ts';
import { scheduleRetry } from './steps/schedule-retry.ts';

/**
 * What follows a failure. Of a provisioning: an incident, and a further attempt later. Of a server
 * (an incident that the health worker opened): the ladder, one rung at a time, a look before each.
 * A reboot that a human ordered is the one rung alone, without the ladder.
 */
export const recovery: readonly Step<RecoveryDeps>[] = [
  openIncident,
  scheduleRetry,
  confirmMachine,
  recheck,
  chooseRung,
  saveEvidence,
  restartServices,
  reboot,
  handOn,
];
