import type { ErrorCode } from '#domain/errors.ts';
import type { OpsState } from '#domain/state.ts';

/** Failures after which nothing is retried and no incident is opened: somebody wanted it so. */
const WANTED: ReadonlySet<ErrorCode> = new Set(['cancelled', 'superseded']);

/** Failures that say nothing about a rung: a harder one would be the wrong answer to them. */
const NO_RUNG_HELPS: ReadonlySet<ErrorCode> = new Set([
  'internal',
  'identity_mismatch',
  'hands_off',
  'not_managed',
]);
/** Steps of a recovery that are no rung: where they fail, it is we who are broken. */
const OWN_STEPS: ReadonlySet<string> = new Set([
  'recheck',
  'choose-rung',
  'hand-on',
  'place-services',
  'resolve-incident',
]);

/** Pure: where the thread goes after each node. */
export const afterZavhoz = ({
  route,
  failure,
  kind,
}: OpsState): 'provisioner' | 'recovery' | 'end' => {
  if (kind === 'recover') return route === 'recovery' ? 'recovery' : 'end';
  if (failure !== null) return 'end';
  return route === 'provisioner' || route === 'recovery' ? route : 'end';
};

export const afterProvisioner = (state: OpsState): 'devops' | 'recovery' | 'end' => {
  if (state.failure === null) return 'devops';
  if (state.kind === 'recover') return afterRung(state);
  return WANTED.has(state.failure.code) ? 'end' : 'recovery';
};

export const afterDevops = (state: OpsState): 'recovery' | 'end' =>
  state.kind === 'recover' && state.failure !== null ? afterRung(state) : 'end';

export const afterRecovery = (
  state: OpsState,
): 'zavhoz' | 'recovery' | 'provisioner' | 'devops' | 'end' => {
  const { failure, route, kind } = state;
  if (kind === 'reboot') return failure === null && route === 'devops' ? 'devops' : 'end';
  if (kind !== 'recover') return failure === null && route === 'provisioner' ? 'zavhoz' : 'end';
  if (failure !== null) return afterRung(state);
  return route === 'provisioner' || route === 'devops' ? route : 'end';
};

/** A rung that failed leads to a fresh look and the next rung, unless the ladder is over. */
function afterRung({ failure, route }: OpsState): 'recovery' | 'end' {
  if (failure === null || route === 'end') return 'end';
  const { code, step, retryable } = failure;
  // A timeout of a step is the rung's; one that cannot be retried is the whole operation's.
  const over = code === 'timeout' && !retryable;
  const ours = step === null || OWN_STEPS.has(step);
  return over || ours || WANTED.has(code) || NO_RUNG_HELPS.has(code) ? 'end' : 'recovery';
}
