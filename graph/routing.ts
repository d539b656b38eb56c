import type { OpsState } from '#domain/state.ts';

/** Failures after which nothing is retried and no incident is opened: somebody wanted it so. */
const WANTED: ReadonlySet<string> = new Set(['cancelled', 'superseded']);

/** Pure: where the thread goes after each node. */
export const afterZavhoz = (state: OpsState): 'provisioner' | 'end' =>
  state.failure === null && state.route === 'provisioner' ? 'provisioner' : 'end';

export const afterProvisioner = (state: OpsState): 'devops' | 'recovery' | 'end' => {
  if (state.failure === null) return 'devops';
  return WANTED.has(state.failure.code) ? 'end' : 'recovery';
};

export const afterRecovery = (state: OpsState): 'zavhoz' | 'end' =>
  state.failure === null && state.route === 'provisioner' ? 'zavhoz' : 'end';
