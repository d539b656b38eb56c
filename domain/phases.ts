/**
 * Greatest duration of each provisioning step, in seconds. Their sum is the least value of
 * PROVISIONING_TIMEOUT: a smaller one would end every slow but healthy provisioning.
 */
export const PHASE_SECONDS = {
  'claim-attempt': 10,
  'confirm-identity': 60,
  'probe-access': 20,
  reinstall: 960,
  'reset-password': 330,
  'await-host': 120,
  'open-access': 180,
  'persist-key': 20,
  'install-software': 1200,
  'verify-from-outside': 90,
  'mark-ready': 10,
} as const;

export const PHASES_TOTAL_SECONDS = Object.values(PHASE_SECONDS).reduce((a, b) => a + b, 0);
