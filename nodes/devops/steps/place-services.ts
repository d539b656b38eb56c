import type { Step } from '#domain/step.ts';

/**
 * Redeploys the server's services. None are known to this version, so the server stays `ready`:
 * `in_use` is for servers on which services run.
 */
export const placeServices: Step<object> = {
  id: 'place-services',
  title: 'Redeploy services',
  timeoutSeconds: 10,
  weight: 1,
  only: ['provision', 'rebuild', 'recover'],
  async run() {
    return { status: 'skipped', summary: 'the server has no services' };
  },
};
