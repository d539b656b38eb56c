import { type Incident, type IncidentType, OPEN_INCIDENT_STATUSES } from './incident.ts';
import type { ProviderAction } from './provider.ts';
import { type RecoveryMode, RUNGS, type Rung } from './recovery.ts';
import type { Server } from './server.ts';

/**
 * Kind → highest rung. Every ladder begins with `recheck`; only a confirmed server_unreachable
 * passes a restart of what failed. Kinds that are not named have no ladder: they are told only.
 */
const HIGHEST: Partial<Readonly<Record<IncidentType, Rung>>> = {
  server_unreachable: 'reinstall',
  // The port refuses while the rest answers: a firewall or a ban. A reboot would prove nothing.
  ssh_blocked: 'recheck',
  server_degraded: 'restart',
  service_down: 'restart',
  // A restart may let go of deleted files; a reboot would only interrupt what still runs.
  disk_full: 'restart',
};

/** What the provider has to offer for a rung. */
const NEEDS: Partial<Readonly<Record<Rung, ProviderAction>>> = {
  reboot: 'reboot',
  reset_access: 'reset_password',
  reinstall: 'reinstall',
};

/** Adopted servers are not ours to prepare: nothing beyond this until their owner says more. */
const HIGHEST_OF_ADOPTED: Rung = 'reboot';

const height = (rung: Rung): number => RUNGS.indexOf(rung);
export const isAbove = (rung: Rung, other: Rung): boolean => height(rung) > height(other);

export const hasLadder = (type: IncidentType): boolean => HIGHEST[type] !== undefined;
/** Those of a list that a recovery may work on: open, and of a kind with a ladder. */
export const recoverableOf = (incidents: readonly Incident[]): readonly Incident[] =>
  incidents.filter(
    ({ type, status }) => hasLadder(type) && OPEN_INCIDENT_STATUSES.some((open) => open === status),
  );
export const highestRung = (type: IncidentType): Rung | null => HIGHEST[type] ?? null;

/**
 * Taken over as it runs, never prepared by Zavhoz, and still under a mode of its own (it began with
 * `observe`): putting it under its group's policy is its owner's word that it may be prepared.
 */
export const isAdopted = (server: Pick<Server, 'episode' | 'mode'>): boolean =>
  server.episode === 0 && server.mode !== null;

export interface LadderFacts {
  readonly type: IncidentType;
  /** Rungs of this recovery that came to their end without success. */
  readonly tried: ReadonlySet<Rung>;
  /** Our key logs in now. */
  readonly sshAnswers: boolean;
  /** What the provider can do now; empty with a reason while its API does not answer. */
  readonly can: ReadonlySet<ProviderAction>;
  readonly cannotWhy: string;
  readonly adopted: boolean;
  readonly mode: RecoveryMode;
  /** The group's highest rung in `auto`. */
  readonly highestAutomatic: Rung;
  readonly rebuildable: boolean;
  /** A healthy neighbour reaches what we do not. */
  readonly peersDisagree: boolean;
}

export interface SkippedRung {
  readonly rung: Rung;
  readonly reason: string;
}

/** On whose word the rung would be taken. `observe`: on nobody's, it is only said. */
export type Word = 'auto' | 'approval' | 'rebuildable' | 'observe';

export type NextRung =
  | { readonly rung: Rung; readonly word: Word; readonly skipped: readonly SkippedRung[] }
  | { readonly rung: null; readonly skipped: readonly SkippedRung[] };

/** The lowest rung that was not tried and can be taken; those that cannot be are named. Pure. */
export function nextRung(facts: LadderFacts): NextRung {
  const highest = HIGHEST[facts.type];
  const skipped: SkippedRung[] = [];
  if (highest === undefined) return { rung: null, skipped };
  for (const rung of RUNGS) {
    if (rung === 'recheck' || isAbove(rung, highest) || facts.tried.has(rung)) continue;
    const reason = obstacle(rung, facts);
    if (reason === null) return { rung, word: wordFor(rung, facts), skipped };
    skipped.push({ rung, reason });
  }
  return { rung: null, skipped };
}

/** Why the rung cannot be taken, for a person to read; null when it can. */
function obstacle(rung: Rung, facts: LadderFacts): string | null {
  const { adopted, can, cannotWhy, sshAnswers } = facts;
  if (adopted && isAbove(rung, HIGHEST_OF_ADOPTED)) {
    return 'the server was adopted as it is; put it under the policy of its group first';
  }
  if (rung === 'restart') return sshAnswers ? null : 'SSH does not answer';
  const need = NEEDS[rung];
  if (need !== undefined) return can.has(need) ? null : cannotWhy;
  // Full provisioning needs a way in: our key, or a new password.
  const wayIn = sshAnswers || can.has('reset_password');
  return wayIn ? null : `no way in: the key does not open it, and ${cannotWhy}`;
}

export function wordFor(
  rung: Rung,
  facts: Pick<LadderFacts, 'mode' | 'highestAutomatic' | 'rebuildable' | 'peersDisagree'>,
): Word {
  const { mode, highestAutomatic, rebuildable, peersDisagree } = facts;
  if (mode === 'observe') return 'observe';
  if (mode === 'ask') return 'approval';
  if (peersDisagree && rung !== 'restart') return 'approval';
  if (rung === 'reinstall') return rebuildable ? 'rebuildable' : 'approval';
  return isAbove(rung, highestAutomatic) ? 'approval' : 'auto';
}
