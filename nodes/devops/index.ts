import type { Step } from '#domain/step.ts';
import type { DevopsDeps } from './deps.ts';
import { placeServices } from './steps/place-services.ts';
import { resolveIncident } from './steps/resolve-incident.ts';
import { verifyRecovery } from './steps/verify-recovery.ts';

/** What follows a server that is ready, and the proof that a recovered one is. */
export const devops: readonly Step<DevopsDeps>[] = [placeServices, verifyRecovery, resolveIncident];
