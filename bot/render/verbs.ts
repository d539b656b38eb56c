import type { Server, ServerStatus } from '#domain/server.ts';
import { legalTargets } from '#domain/server-status.ts';
import type { Role } from '#domain/user.ts';
import { covers } from '../filters/at-least.ts';
import type { Translate } from '../locales/translate.ts';
import type { Button } from './message.ts';

/** What a button of a card may order; in the order in which cards show them. */
export const VERBS = [
  'recover',
  'reboot',
  'provision',
  'maint',
  'reset',
  'rebuild',
  'redeploy',
  'mode',
  'care',
  'hands',
] as const;
export type Verb = (typeof VERBS)[number];

/** reset: a rebuild that keeps the disk. hands: marks it hands off, which no chat can lift. */
export const VERB_ROLES: Readonly<Record<Verb, Role>> = {
  ...{ recover: 'operator', reboot: 'operator', provision: 'operator', maint: 'operator' },
  ...{ reset: 'operator', redeploy: 'operator', hands: 'operator' },
  ...{ rebuild: 'owner', mode: 'owner', care: 'owner' },
};

const GONE: ReadonlySet<ServerStatus> = new Set(['reserved', 'decommissioned']);
const IN_SERVICE: ReadonlySet<ServerStatus> = new Set(['ready', 'in_use', 'error']);

/** What this person may order on this server now, as far as the server itself tells. Pure. */
export function verbsFor(server: Server, role: Role | null): readonly Verb[] {
  return VERBS.filter((verb) => covers(role, VERB_ROLES[verb]) && makesSense(verb, server));
}

function makesSense(verb: Verb, server: Server): boolean {
  const { status, statusBefore, care, handsOff } = server;
  if (GONE.has(status)) return false;
  const changeable = care === 'managed' && !handsOff;
  const may = (to: ServerStatus) => legalTargets(status, 'human', statusBefore).includes(to);
  switch (verb) {
    case 'provision':
      return changeable && (status === 'pending_setup' || may('pending_setup'));
    case 'rebuild':
    case 'reset':
      return changeable && may('force_rebuild');
    case 'reboot':
      return changeable && IN_SERVICE.has(status);
    case 'recover':
      return changeable && status === 'error';
    case 'maint':
      return care !== 'none' && status !== 'maintenance';
    case 'mode':
      return care === 'managed';
    case 'hands':
      return care === 'managed' && !handsOff;
    case 'care':
      return true;
    // Services are checks only as yet: a button would promise what cannot be kept.
    case 'redeploy':
      return false;
  }
}

export const verbButton = (t: Translate, verb: Verb, { id }: Pick<Server, 'id'>): Button => ({
  text: t.plain(`verb.${verb}`),
  data: `do.${verb}.${id}`,
});
