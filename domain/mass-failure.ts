import type { FailingServer, FailureLimits, FleetPicture } from './fleet.ts';

/** At least so many of one provider, account, region or subnet, beside being more than half of it. */
const LEAST_OF_A_GROUP = 3;

export interface MassFailure {
  readonly count: number;
  readonly total: number;
  /** What the failing ones share, for a person: `provider w`, `account x`, `region y`, `subnet z`, or `fleet`. */
  readonly where: string;
  /** Some handles, for the message. */
  readonly examples: readonly string[];
}

type Trait = 'provider' | 'account' | 'region' | 'subnet';
const TRAITS: Readonly<Record<Trait, (server: FailingServer) => string | null>> = {
  subnet: ({ subnet }) => subnet,
  region: ({ region }) => region,
  account: ({ providerAccount }) => providerAccount,
  provider: ({ provider }) => provider,
};
const NARROW_FIRST = ['subnet', 'region', 'account', 'provider'] as const;
type Counts = Readonly<Record<Trait, Readonly<Record<string, number>>>>;
const FLEET = 'fleet';
const NEARLY_ALL = 0.9;
const EXAMPLES = 5;

/** Failures above which the breaker opens, whatever they share. */
export const fleetThreshold = (total: number, limits: FailureLimits): number =>
  Math.max(limits.floor, Math.min(Math.floor(total * limits.share + 1e-9), limits.ceiling));

/**
 * Whether so many fail that it is one trouble and not many (invariant 4); null when it is not. Pure.
 *
 * Small groups: a provider, account, region or subnet of one or two servers can never reach three failures,
 * so it never speaks for itself; one of exactly three speaks only when all three are gone, which is
 * a dead switch or a dead path rather than chance. Both lean to asking a human once too often.
 */
export function massFailure(picture: FleetPicture, limits: FailureLimits): MassFailure | null {
  const { failing, total } = picture;
  const byTrait: Counts = {
    subnet: picture.bySubnet,
    region: picture.byRegion,
    account: picture.byAccount,
    provider: picture.byProvider,
  };
  if (failing.length > fleetThreshold(total, limits)) {
    const where = sharedBy(failing, byTrait, total);
    return { count: failing.length, total, where, examples: examplesOf(failing) };
  }
  const group = broken(failing, byTrait);
  if (group === null) return null;
  const { count, of, where, members } = group;
  return { count, total: of, where: of < total ? where : FLEET, examples: examplesOf(members) };
}

/** The narrowest part of the fleet that nearly all of them lie in; `fleet` where there is none. */
function sharedBy(failing: readonly FailingServer[], byTrait: Counts, total: number): string {
  for (const trait of NARROW_FIRST) {
    for (const [name, members] of groupBy(failing, TRAITS[trait])) {
      const part = (byTrait[trait][name] ?? 0) < total;
      if (part && members.length >= failing.length * NEARLY_ALL) return `${trait} ${name}`;
    }
  }
  return FLEET;
}

interface Broken {
  readonly where: string;
  readonly count: number;
  readonly of: number;
  readonly members: readonly FailingServer[];
}

/** The group with most failures of those that are more than half gone; of equals the narrowest. */
function broken(failing: readonly FailingServer[], byTrait: Counts): Broken | null {
  let worst: Broken | null = null;
  for (const trait of NARROW_FIRST) {
    for (const [name, members] of groupBy(failing, TRAITS[trait])) {
      const count = members.length;
      const of = Math.max(byTrait[trait][name] ?? 0, count);
      if (count < LEAST_OF_A_GROUP || count * 2 <= of) continue;
      if (worst === null || count > worst.count) {
        worst = { where: `${trait} ${name}`, count, of, members };
      }
    }
  }
  return worst;
}

function groupBy(
  servers: readonly FailingServer[],
  trait: (server: FailingServer) => string | null,
): ReadonlyMap<string, readonly FailingServer[]> {
  const groups = new Map<string, FailingServer[]>();
  for (const server of servers) {
    const name = trait(server);
    if (name !== null) groups.set(name, (groups.get(name) ?? []).concat(server));
  }
  return groups;
}

const examplesOf = (servers: readonly FailingServer[]): readonly string[] =>
  servers.slice(0, EXAMPLES).map(({ handle }) => handle);
