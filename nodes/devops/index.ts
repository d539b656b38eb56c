import type { Step } from '#domain/step.ts';
import { placeServices } from './steps/place-services.ts';

/** What follows a server that is ready. */
export const devops: readonly Step<object>[] = [placeServices];
