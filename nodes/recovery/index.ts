import type { Step } from '#domain/step.ts';
import type { RecoveryDeps } from './deps.ts';
import { openIncident } from './steps/open-incident.ts';
import { scheduleRetry } from './steps/schedule-retry.ts';

/** What follows a failure. The ladder of rungs for incidents grows here. */
export const recovery: readonly Step<RecoveryDeps>[] = [openIncident, scheduleRetry];
