import { HEALTHY, type HostState, REMEDIES, type Remedy, type Trouble } from './host.ts';

const strength = (remedy: Remedy): number => REMEDIES.indexOf(remedy);

/** What a remedy makes of a host: it ends the troubles of its own kind and the gentler ones. Pure. */
export function healed(
  state: HostState,
  troubles: readonly Trouble[],
  remedy: Remedy,
): { readonly state: HostState; readonly troubles: Trouble[] } {
  const isOver = ({ healedBy }: Trouble) =>
    healedBy !== 'nothing' && strength(healedBy) <= strength(remedy);
  const over = troubles.filter(isOver);
  const rest = troubles.filter((trouble) => !isOver(trouble));
  const well = over
    .flatMap(({ effects }) => Object.keys(effects) as (keyof HostState)[])
    .map((key) => [key, HEALTHY[key]]);
  const still = rest.map(({ effects }) => effects);
  return { state: Object.assign({}, state, Object.fromEntries(well), ...still), troubles: rest };
}

/** What a host's net is like after a boot that heals no more than a reboot does. */
export const netAfterBoot = (troubles: readonly Trouble[]): HostState['net'] =>
  troubles.find(({ healedBy, effects }) => effects.net !== undefined && healedBy !== 'reboot')
    ?.effects.net ?? 'up';
