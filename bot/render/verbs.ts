import type { Server } from '#domain/server.ts';
import { legalTargets } from '#domain/server-status.ts';
import type { Role } from '#domain/user.ts';
import { covers } from '../filters/at-least.ts';
import type { Translate } from '../locales/translate.ts';
import type { Button } from './message.ts';

/** Orders on a server that have a button. */
export type Verb =
  | 'provision'
  | 'rebuild'
  | 'reset'
  | 'reboot'
  | 'recover'
  | 'redeploy'
  | 'maint'
  | 'mode'
  | 'hands'
  | 'care';

/** What this person may order there now; nothing here acts without its own question. */
export function verbsFor(server: Server, role: Role | null): readonly Verb[] {
  if (!covers(role, 'operator') || server.handsOff) return [];
  const owner: readonly Verb[] = covers(role, 'owner') ? ['mode', 'hands', 'care'] : [];
  if (server.care !== 'managed') return [...owner];
  const may = (to: Parameters<typeof legalTargets>[0]) =>
    legalTargets(server.status, 'human', server.statusBefore).includes(to);
  const alive = ['ready', 'in_use', 'error', 'maintenance'].includes(server.status);
  return [
    ...(server.status === 'error' ? (['recover'] as const) : []),
    ...(alive ? (['reboot', 'redeploy', 'maint'] as const) : []),
    ...(may('pending_setup') ? (['provision'] as const) : []),
    ...(may('force_rebuild') ? (['reset'] as const) : []),
    ...(may('force_rebuild') && owner.length > 0 ? (['rebuild'] as const) : []),
    ...owner,
  ];
}

export const verbButton = (t: Translate, verb: Verb, { id }: Pick<Server, 'id'>): Button => ({
  text: t.plain(`verb.${verb}`),
  data: `do.${verb}.${id}`,
});
