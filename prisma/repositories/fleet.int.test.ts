import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stopOf } from '#domain/fleet.ts';
import { type TestRepositories, testRepositories } from '#test/builders/repositories.ts';

let stage: TestRepositories;
let all: TestRepositories['repositories'];
beforeEach(async () => {
  stage = await testRepositories();
  all = stage.repositories;
});
afterEach(() => stage.close());

const [first, later] = [new Date(1_000_000), new Date(2_000_000)];
const ten = <T>(work: () => Promise<T>) => Promise.all(Array.from({ length: 10 }, work));

describe('fleet', () => {
  it('is frozen by one, and lifted by a re-arm, which says what was', async () => {
    expect(stopOf(await all.fleet.state())).toBeNull();
    const frozen = await ten(() => all.fleet.freeze('tg:1', 'an upgrade', first));
    expect(frozen.filter(Boolean)).toHaveLength(1);
    expect(await all.fleet.state()).toMatchObject({
      ...{ frozenAt: first, frozenBy: 'tg:1', frozenReason: 'an upgrade', rearmedAt: null },
    });
    const before = await all.fleet.rearm('tg:2', later);
    expect(before).toMatchObject({ frozenReason: 'an upgrade' });
    expect(await all.fleet.state()).toMatchObject({
      ...{ frozenAt: null, frozenBy: null, frozenReason: null, rearmedAt: later },
    });
    expect(await all.fleet.freeze('tg:1', 'again', later)).toBe(true);
    // The agent's doubt is more than a person's freeze; a person's is not more than the agent's.
    const doubt = await ten(() => all.fleet.freeze('agent', 'a restored database', later));
    expect(doubt.filter(Boolean)).toHaveLength(1);
    expect(await all.fleet.freeze('tg:1', 'too late', later)).toBe(false);
    expect(await all.fleet.state()).toMatchObject({ frozenBy: 'agent' });
  });

  it('has a breaker that one of ten opens, and a re-arm closes', async () => {
    const opened = await ten(() => all.fleet.openBreaker('12 of 20', first));
    expect(opened.filter(Boolean)).toHaveLength(1);
    expect(stopOf(await all.fleet.state())).toEqual({ stop: 'breaker', reason: '12 of 20' });
    await all.fleet.rearm('tg:1', later);
    expect(stopOf(await all.fleet.state())).toBeNull();
    const audit = await stage.prisma.auditEvent.findMany({ orderBy: { seq: 'asc' } });
    expect(audit.map((event) => event.action)).toEqual(['fleet.breaker', 'fleet.rearm']);
  });

  it('is blind since the first that noticed, and one sees it end', async () => {
    await all.fleet.setBlind(first);
    expect(await all.fleet.setBlind(later)).toMatchObject({ blindSince: first });
    expect(await all.fleet.state()).toMatchObject({ blindSince: first });
    const ends = await ten(() => all.fleet.setBlind(null));
    expect(ends.filter((state) => state.blindSince)).toHaveLength(1);
  });

  it('keeps its epoch until it is told another, and of two at once one comes through', async () => {
    const { epoch: from } = await all.fleet.state();
    const wanted = Array.from({ length: 10 }, () => crypto.randomUUID());
    const set = await Promise.all(wanted.map((epoch) => all.fleet.setEpoch(epoch, from)));
    expect(set.filter((done) => done)).toHaveLength(1);
    expect((await all.fleet.state()).epoch).toBe(wanted[set.indexOf(true)]);
    expect(await all.fleet.setEpoch(crypto.randomUUID(), from)).toBe(false);
  });
});
