/** Greatest duration of each step of a recovery, in seconds: each rung has a deadline of its own. */
export const RECOVERY_SECONDS = {
  'confirm-machine': 60,
  recheck: 60,
  'choose-rung': 180,
  'save-evidence': 40,
  'restart-services': 300,
  /** The provider's task and the boot. */
  reboot: 900,
  'hand-on': 10,
  'verify-recovery': 240,
  'resolve-incident': 20,
} as const;

/** How long a host may take from the provider's "done" until it answers again. */
export const BOOT_SECONDS = 300;
/** How long services may take to come up before the proof fails. */
export const PROOF_SECONDS = 120;
/** Between two looks at a host that boots. */
export const BOOT_LOOK_MS = 5000;
/** Looks in a row at which sshd answers and lets us in no more: waiting longer changes nothing. */
export const MOST_REFUSALS = 6;
/** Between two looks. */
export const LOOK_MS = 2000;
