import { OpsError } from './errors.ts';
import { SERVER_STATUSES, type ServerStatus } from './server.ts';

/** Who may make a transition happen: `agent` (the state machine) or `human` (API, chat, CLI). */
export type Mover = 'agent' | 'human';

interface Transition {
  readonly from: ServerStatus;
  readonly to: ServerStatus;
  readonly by: readonly Mover[];
  readonly why: string;
}

const BOTH: readonly Mover[] = ['agent', 'human'];
const AGENT: readonly Mover[] = ['agent'];
const HUMAN: readonly Mover[] = ['human'];

/** Statuses from which a managed server may be sent into force_rebuild. */
export const REBUILDABLE_FROM = [
  'discovered',
  'pending_setup',
  'provisioning',
  'ready',
  'in_use',
  'error',
  'maintenance',
  'unreachable',
] as const satisfies readonly ServerStatus[];

const row = (
  from: ServerStatus,
  to: ServerStatus,
  by: readonly Mover[],
  why: string,
): Transition => ({
  from,
  to,
  by,
  why,
});

/** `any`, without the statuses that only a human's word leaves or that stand for themselves. */
const side: readonly ServerStatus[] = ['maintenance', 'unreachable', 'reserved', 'decommissioned'];
/** An order that waits or runs (force_rebuild, provisioning) ends before anything else moves it. */
const ordered: readonly ServerStatus[] = ['force_rebuild', 'provisioning'];
const plain = SERVER_STATUSES.filter(
  (status) => !side.includes(status) && !ordered.includes(status),
);

/** The one table of legal transitions; the API, the bot and the workers all ask it. */
export const TRANSITIONS: readonly Transition[] = [
  row('discovered', 'pending_setup', BOTH, 'to be prepared'),
  row('discovered', 'ready', BOTH, 'adopted as it is'),
  row('discovered', 'in_use', BOTH, 'adopted as it is'),
  row('pending_setup', 'provisioning', AGENT, 'a worker claimed it'),
  row('provisioning', 'ready', AGENT, 'provisioned and verified'),
  row('provisioning', 'in_use', AGENT, 'provisioned, services run again'),
  row('provisioning', 'error', AGENT, 'provisioning failed'),
  row('ready', 'in_use', BOTH, 'services were placed on it'),
  row('in_use', 'ready', BOTH, 'its services were taken away'),
  row('ready', 'error', AGENT, 'incident'),
  row('in_use', 'error', AGENT, 'incident'),
  row('error', 'ready', BOTH, 'came back without provisioning'),
  row('error', 'in_use', BOTH, 'came back without provisioning'),
  row('error', 'provisioning', AGENT, 'recovery provisions it anew'),
  row('error', 'pending_setup', HUMAN, 'to be prepared once more'),
  ...REBUILDABLE_FROM.map((from) => row(from, 'force_rebuild', HUMAN, 'rebuild ordered')),
  row('force_rebuild', 'provisioning', AGENT, 'a worker claimed it'),
  row('force_rebuild', 'error', AGENT, 'the rebuild was refused or given up'),
  row('pending_setup', 'discovered', BOTH, 'taken off the list'),
  row('error', 'discovered', HUMAN, 'taken off the list'),
  row('ready', 'discovered', HUMAN, 'taken off the list'),
  ...plain.map((from) => row(from, 'maintenance', BOTH, 'maintenance begins')),
  ...plain.map((to) => row('maintenance', to, BOTH, 'maintenance ends: the status before')),
  ...plain.map((from) => row(from, 'unreachable', AGENT, 'no longer listed by its provider')),
  row('maintenance', 'unreachable', AGENT, 'no longer listed by its provider'),
  ...plain.map((to) => row('unreachable', to, AGENT, 'listed again: the status before')),
  row('unreachable', 'maintenance', AGENT, 'listed again: the status before'),
  ...SERVER_STATUSES.filter((from) => from !== 'reserved' && from !== 'decommissioned').flatMap(
    (from) => [
      row(from, 'reserved', HUMAN, 'set aside'),
      row(from, 'decommissioned', HUMAN, 'given up'),
    ],
  ),
  row('reserved', 'decommissioned', HUMAN, 'given up'),
  row('reserved', 'discovered', HUMAN, 'taken back'),
];

/** Statuses that leave `maintenance` and `unreachable` only for the status the server had before. */
const RETURNS_TO_BEFORE: readonly ServerStatus[] = ['maintenance', 'unreachable'];

/** The statuses `mover` may set next, given where the server is and was before. */
export function legalTargets(
  from: ServerStatus,
  mover: Mover,
  before: ServerStatus | null = null,
): readonly ServerStatus[] {
  const targets = TRANSITIONS.filter((t) => t.from === from && t.by.includes(mover))
    .map((t) => t.to)
    .filter(
      (to) =>
        !RETURNS_TO_BEFORE.includes(from) ||
        to === 'force_rebuild' ||
        side.includes(to) ||
        to === before,
    );
  return [...new Set(targets)];
}

/** Throws `illegal_transition` (naming the legal ones) unless the table allows it. */
export function assertTransition(
  from: ServerStatus,
  to: ServerStatus,
  mover: Mover,
  before: ServerStatus | null = null,
): void {
  const legal = legalTargets(from, mover, before);
  if (legal.includes(to)) return;
  throw new OpsError('illegal_transition', `A server in status ${from} cannot become ${to}.`, {
    hint: legal.length > 0 ? `Legal from ${from}: ${legal.join(', ')}.` : `Nothing leaves ${from}.`,
    details: { from, to, legal },
  });
}
