import { fileURLToPath } from 'node:url';
import { provision } from '#nodes/provisioner/index.ts';

/**
 * Where the agent dies: `before` a step's action, at the provider's `call` (noted, not asked yet)
 * and once it is `called` (asked, the answer not noted), `during` a playbook, and `after` the
 * action, with no checkpoint of it.
 */
export const POINTS = ['before', 'call', 'during', 'called', 'after'] as const;
export interface KillPoint {
  readonly step: string;
  readonly point: (typeof POINTS)[number];
}

export const STEPS: readonly string[] = provision.map(({ id }) => id);

/** Steps that ask something of the provider that must not happen twice. */
export const CALLS = {
  reinstall: { tool: 'server_reinstall', action: 'reinstall' },
  'reset-password': { tool: 'server_reset_password', action: 'reset_password' },
} as const;
export type Asking = keyof typeof CALLS;

/** Steps that leave a playbook running, and the task in whose midst they are killed. */
export const PLAYBOOKS = {
  'open-access': { tool: 'ansible_access', task: 'Install the public keys' },
  'install-software': { tool: 'ansible_software', task: 'Install the packages' },
} as const;

/** The points in the order in which an operation passes them. */
export const inOrder = (points: readonly KillPoint[]): KillPoint[] =>
  points.toSorted((a, b) => placeOf(a) - placeOf(b));

export const placeOf = ({ step, point }: KillPoint): number =>
  STEPS.indexOf(step) * POINTS.length + POINTS.indexOf(point);

/** How often the provider must have been asked when the agent dies at `at`. */
export const callsAt = (at: KillPoint, step: Asking): number =>
  placeOf(at) >= placeOf({ step, point: 'called' }) ? 1 : 0;

const PRELOAD = fileURLToPath(new URL('kill-at.mjs', import.meta.url));

/** Environment of an agent that dies at `at`; `marker` is the file that says it did. */
export function killEnvironment(at: KillPoint, marker: string): Record<string, string> {
  return {
    NODE_OPTIONS: `--import=${PRELOAD}`,
    CRASH_AT: JSON.stringify({ ...watched(at), marker }),
  };
}

function watched({ step, point }: KillPoint) {
  if (point === 'before' || point === 'after') {
    return { channel: 'zavhoz.step', match: { step, point } };
  }
  if (point === 'during') {
    const playbook = PLAYBOOKS[step as keyof typeof PLAYBOOKS];
    const match = { tool: playbook.tool, point: 'before' };
    return { channel: 'zavhoz.tool', match, during: `${playbook.task}"` };
  }
  const { tool } = CALLS[step as Asking];
  const match = { tool, point: point === 'call' ? 'before' : 'after' };
  return { channel: 'zavhoz.tool', match };
}
