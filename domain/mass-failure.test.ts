import { describe, expect, it } from 'vitest';
import { seeded } from '#test/support/seeded.ts';
import {
  type FailingServer,
  type FleetPicture,
  DEFAULT_FAILURE_LIMITS as LIMITS,
} from './fleet.ts';
import { fleetThreshold, massFailure } from './mass-failure.ts';

interface Place {
  readonly provider?: string;
  readonly account?: string;
  readonly region?: string | null;
  readonly subnet?: string | null;
}
/** Each server with an account, region and subnet of its own, unless told otherwise. */
const server = (at: number, place: Place = {}): FailingServer => ({
  handle: `vps-${at}`,
  provider: place.provider ?? `provider-${at}`,
  providerAccount: place.account ?? `account-${at}`,
  region: place.region === undefined ? `region-${at}` : place.region,
  subnet: place.subnet === undefined ? `subnet-${at}` : place.subnet,
});
const fleetOf = (size: number, place: (at: number) => Place = () => ({})) =>
  Array.from({ length: size }, (_, at) => server(at, place(at)));

function pictureOf(fleet: readonly FailingServer[], failing: readonly FailingServer[]) {
  const count = (name: (one: FailingServer) => string | null) => {
    const sums: Record<string, number> = {};
    for (const one of fleet) {
      const key = name(one);
      if (key !== null) sums[key] = (sums[key] ?? 0) + 1;
    }
    return sums;
  };
  const picture: FleetPicture = {
    total: fleet.length,
    byProvider: count((one) => one.provider),
    byAccount: count((one) => one.providerAccount),
    byRegion: count((one) => one.region),
    bySubnet: count((one) => one.subnet),
    failing,
  };
  return picture;
}
const judge = (fleet: readonly FailingServer[], failing: number) =>
  massFailure(pictureOf(fleet, fleet.slice(0, failing)), LIMITS);

describe('of the whole fleet', () => {
  it.each([
    [1, 3],
    [5, 3],
    [10, 3],
    [11, 3],
    [14, 4],
    [50, 15],
    [84, 25],
    [500, 25],
    [5000, 25],
  ])('%i servers: up to %i that share nothing are single failures', (size, most) => {
    expect(fleetThreshold(size, LIMITS)).toBe(most);
    expect(judge(fleetOf(size), Math.min(size, most))).toBeNull();
    if (size > most) expect(judge(fleetOf(size), most + 1)).toMatchObject({ count: most + 1 });
  });

  it('takes other limits', () => {
    const fleet = fleetOf(20);
    const picture = pictureOf(fleet, fleet.slice(0, 3));
    const limits = { ...LIMITS, floor: 1, share: 0.1 };
    expect(massFailure(picture, limits)).toMatchObject({ count: 3, where: 'fleet' });
  });
});

describe('of a part of the fleet', () => {
  it('at least three, and more than half of it', () => {
    const fleet = fleetOf(100, (at) => (at < 6 ? { subnet: '192.0.2' } : {}));
    expect(judge(fleet, 3)).toBeNull();
    expect(judge(fleet, 4)).toEqual({
      ...{ count: 4, total: 6, where: 'subnet 192.0.2' },
      examples: ['vps-0', 'vps-1', 'vps-2', 'vps-3'],
    });
  });

  it.each(['provider', 'account', 'region', 'subnet'] as const)('one %s', (trait) => {
    const fleet = fleetOf(100, (at) => (at < 5 ? { [trait]: 'x' } : {}));
    expect(judge(fleet, 2)).toBeNull();
    expect(judge(fleet, 3)).toMatchObject({ count: 3, total: 5, where: `${trait} x` });
  });

  it('of one or two servers never speaks for itself, of three only when all are gone', () => {
    for (const size of [1, 2]) {
      const fleet = fleetOf(100, (at) => (at < size ? { subnet: 'x', region: 'x' } : {}));
      expect(judge(fleet, size)).toBeNull();
    }
    const three = fleetOf(100, (at) => (at < 3 ? { subnet: 'x' } : {}));
    expect(judge(three, 2)).toBeNull();
    expect(judge(three, 3)).toMatchObject({ count: 3, where: 'subnet x' });
  });

  it('is the whole fleet where there is one account only', () => {
    const fleet = fleetOf(5, () => ({ account: 'x' }));
    expect(judge(fleet, 3)).toMatchObject({ count: 3, total: 5, where: 'fleet' });
    expect(judge(fleet, 2)).toBeNull();
    expect(
      judge(
        fleetOf(2, () => ({ account: 'x' })),
        2,
      ),
    ).toBeNull();
  });

  it('servers whose place is not known share nothing by it', () => {
    const fleet = fleetOf(100, () => ({ region: null, subnet: null }));
    expect(judge(fleet, 10)).toBeNull();
  });

  it('is named when nearly all of many lie in it', () => {
    const fleet = fleetOf(500, (at) => ({ account: 'x', region: at < 100 ? 'a' : 'b' }));
    expect(judge(fleet, 40)).toMatchObject({ count: 40, total: 500, where: 'region a' });
    expect(judge(fleet, 140)).toMatchObject({ count: 140, where: 'fleet' });
  });
});

describe('properties, by seed', () => {
  const cases = Array.from({ length: 200 }, (_, seed) => seed);

  function draw(seed: number) {
    const random = seeded(seed);
    const upTo = (most: number) => Math.floor(random() * most);
    const fleet = fleetOf(1 + upTo(400), () => ({
      provider: `p${upTo(4)}`,
      account: `a${upTo(3)}`,
      region: random() < 0.2 ? null : `r${upTo(5)}`,
      subnet: random() < 0.2 ? null : `s${upTo(40)}`,
    }));
    const share = random() * random();
    const failing = fleet.filter(() => random() < share);
    return { fleet, failing, random };
  }

  it.each(cases)('seed %i: opens exactly when the rule says so', (seed) => {
    const { fleet, failing } = draw(seed);
    const share = (name: (one: FailingServer) => string | null) =>
      fleet.some((one) => {
        const key = name(one);
        if (key === null) return false;
        const all = fleet.filter((other) => name(other) === key).length;
        const bad = failing.filter((other) => name(other) === key).length;
        return bad >= 3 && bad > all / 2;
      });
    const many = failing.length > Math.max(3, Math.min(fleet.length * 0.3, 25));
    const expected =
      many ||
      share((one) => one.provider) ||
      share((one) => one.providerAccount) ||
      share((one) => one.region) ||
      share((one) => one.subnet);
    expect(massFailure(pictureOf(fleet, failing), LIMITS) !== null).toBe(expected);
  });

  it.each(cases.slice(0, 60))('seed %i: one more failure never closes it', (seed) => {
    const { fleet, failing } = draw(seed);
    const before = massFailure(pictureOf(fleet, failing), LIMITS);
    const [next] = fleet.filter((one) => !failing.includes(one));
    if (before === null || next === undefined) return;
    expect(massFailure(pictureOf(fleet, [...failing, next]), LIMITS)).not.toBeNull();
  });

  it.each(cases.slice(0, 60))('seed %i: the order does not matter', (seed) => {
    const { fleet, failing } = draw(seed);
    const one = massFailure(pictureOf(fleet, failing), LIMITS);
    const other = massFailure(pictureOf(fleet, [...failing].reverse()), LIMITS);
    expect(other?.count).toBe(one?.count);
    expect(other === null).toBe(one === null);
  });
});
