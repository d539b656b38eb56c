import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DEFAULT_RECOVERY_CAPS, type RecoveryCaps } from '#domain/fleet.ts';
import type { Rung } from '#domain/recovery.ts';
import type { Take } from '#domain/repositories.ts';
import { aRecovery } from '#test/builders/a-recovery.ts';
import { type TestRepositories, testRepositories } from '#test/builders/repositories.ts';

let stage: TestRepositories;
let all: TestRepositories['repositories'];
beforeEach(async () => {
  stage = await testRepositories();
  all = stage.repositories;
});
afterEach(() => stage.close());

type Case = Awaited<ReturnType<typeof aRecovery>>;
const WIDE: RecoveryCaps = {
  ...{ fleetAtOnce: 2, accountAtOnce: 99, attemptsPerDay: 2, fleetPerDay: 99 },
};
const reserve = (
  { take, incident }: Pick<Case, 'take' | 'incident'>,
  over: { rung?: Rung; attempt?: number; caps?: RecoveryCaps } = {},
) =>
  all.recoveries.reserve(
    take,
    {
      ...{ incidentId: incident.id, rung: over.rung ?? 'reboot', attempt: over.attempt ?? 1 },
      ...{ permit: 'auto', reason: 'No answer' },
    },
    over.caps ?? WIDE,
  );
const several = (count: number) => Promise.all(Array.from({ length: count }, () => aRecovery(all)));
const granted = async (one: Case, over: Parameters<typeof reserve>[1] = {}) => {
  const answer = await reserve(one, over);
  if (answer.verdict !== 'granted') throw new Error(`${answer.verdict}: ${answer.why}`);
  return answer.record;
};
const end = (take: Take) =>
  all.operations.finish(take, { status: 'failed', error: null, notification: null });

describe('reserve', () => {
  it('keeps the caps among twenty at once, and lets the others in one by one', async () => {
    let left = await several(20);
    for (let round = 0; round < 3; round++) {
      const answers = await Promise.all(left.map((one) => reserve(one)));
      expect(answers.filter((answer) => answer.verdict === 'granted')).toHaveLength(2);
      expect(answers.filter((answer) => answer.verdict === 'wait')).toHaveLength(18 - 2 * round);
      expect(await stage.prisma.recoveryRung.count({ where: { outcome: 'running' } })).toBe(2);
      for (const answer of answers) {
        if (answer.verdict !== 'granted') continue;
        await all.recoveries.finish(answer.record.id, 'helped', 'It answers');
      }
      left = left.filter((_, i) => answers[i]?.verdict === 'wait');
    }
  });

  it('answers the same for the same rung, and grants what does not interrupt', async () => {
    const [a, b, c] = (await several(3)) as [Case, Case, Case];
    const record = await granted(a);
    expect(record).toMatchObject({
      ...{ rung: 'reboot', outcome: 'running', permit: 'auto', operationId: a.operation.id },
      ...{ serverHandle: a.server.handle, finishedAt: null },
    });
    expect(await granted(a)).toEqual(record);
    await granted(b);
    expect(await reserve(c)).toMatchObject({ verdict: 'wait' });
    expect(await granted(c, { rung: 'restart' })).toMatchObject({ rung: 'restart' });
    expect(await all.recoveries.ofOperation(c.operation.id)).toHaveLength(1);
  });

  it('counts one at once per account, and only while the operation is under way', async () => {
    const [a, b] = (await several(2)) as [Case, Case];
    await granted(a, { caps: DEFAULT_RECOVERY_CAPS });
    expect(await reserve(b, { caps: DEFAULT_RECOVERY_CAPS })).toMatchObject({
      ...{ verdict: 'wait', why: expect.stringContaining('manual') },
    });
    await end(a.take);
    await granted(b, { caps: DEFAULT_RECOVERY_CAPS });
    expect(await all.recoveries.ofOperation(a.operation.id)).toMatchObject([{ outcome: 'failed' }]);
  });

  it('gives the next place to what is in use, then to the heavier group, then to the older', async () => {
    await all.groups.create(
      { name: 'heavy', description: '', openPorts: [], policy: { weight: 500 } },
      'test',
    );
    const running = await several(2);
    const records = await Promise.all(running.map((one) => granted(one)));
    const old = await aRecovery(all, { failedAt: new Date(0) });
    const heavy = await aRecovery(all, { group: 'heavy' });
    const used = await aRecovery(all, { status: 'in_use' });
    // The last in priority asks first, again and again.
    const order = [await aRecovery(all), old, heavy, used];
    const names = ['young', 'old', 'heavy', 'used'];
    const seen: string[] = [];
    for (let round = 0; round < 9 && seen.length < 4; round++) {
      const record = round === 1 ? records[0] : undefined;
      if (record) await all.recoveries.finish(record.id, 'no_help', 'Still silent');
      for (const [i, one] of order.entries()) {
        const answer = await reserve(one);
        if (answer.verdict !== 'granted' || seen.includes(names[i] ?? '')) continue;
        seen.push(names[i] ?? '');
        await all.recoveries.finish(answer.record.id, 'helped', 'It answers');
        break;
      }
    }
    expect(seen).toEqual(['used', 'heavy', 'old', 'young']);
  });

  it('is not held up by one in the queue that comes no more', async () => {
    const [a, b, c] = (await several(3)) as [Case, Case, Case];
    const record = await granted(a);
    await granted(b);
    const used = await aRecovery(all, { status: 'in_use' });
    expect(await reserve(used)).toMatchObject({ verdict: 'wait' });
    await all.recoveries.finish(record.id, 'helped', '');
    expect(await reserve(c)).toMatchObject({ verdict: 'wait' });
    stage.clock.advance(301);
    await granted(c);
  });

  it('refuses what the budget of a host or of the fleet does not hold', async () => {
    const one = await aRecovery(all);
    const again = async () => {
      const { operation } = await all.operations.accept(
        {
          ...{ kind: 'recover', incidentId: one.incident.id, target: one.server.handle },
          ...{ by: 'agent:health', key: crypto.randomUUID() },
        },
        () => ({ verdict: 'accept', supersede: null }),
      );
      await all.operations.take(operation.id, 1, 'v1', 600);
      return { ...one, take: { operationId: operation.id, fence: 1 } };
    };
    await granted(one);
    // Harder rungs of the same recovery are not another attempt.
    await granted(one, { rung: 'reset_access', attempt: 2 });
    await end(one.take);
    const second = await again();
    await granted(second);
    await end(second.take);
    const third = await again();
    expect(await reserve(third)).toMatchObject({ verdict: 'refused', stop: 'budget' });
    const other = await aRecovery(all);
    const small = { ...WIDE, fleetPerDay: 3 };
    expect(await reserve(other, { caps: small })).toMatchObject({
      ...{ verdict: 'refused', stop: 'budget', why: expect.stringContaining('fleet') },
    });
    stage.clock.advance(86_400);
    await granted(third);
    await granted(other, { caps: small });
  });

  it('refuses while anything stops automatic action, and leaves the queue', async () => {
    const [a, b, c] = (await several(3)) as [Case, Case, Case];
    await granted(a);
    await granted(b);
    expect(await reserve(c)).toMatchObject({ verdict: 'wait' });
    await all.fleet.setBlind(stage.clock.now());
    expect(await reserve(c)).toMatchObject({ verdict: 'refused', stop: 'blind' });
    expect(await stage.prisma.recoveryRung.count({ where: { outcome: 'waiting' } })).toBe(0);
    await all.fleet.openBreaker('many', stage.clock.now());
    expect(await reserve(c)).toMatchObject({ stop: 'breaker', why: 'many' });
    await all.fleet.freeze('tg:1', 'stop', stage.clock.now());
    expect(await reserve(c, { rung: 'restart' })).toMatchObject({ stop: 'frozen', why: 'stop' });
    expect(await reserve(c, { rung: 'recheck' })).toMatchObject({ verdict: 'granted' });
  });

  it('lets one go after a re-arm, then two, then the caps', async () => {
    const caps = { ...WIDE, fleetAtOnce: 4 };
    const cases = await several(8);
    await all.fleet.rearm('tg:1', stage.clock.now());
    const run = async () => {
      const open = [];
      for (const one of cases) {
        const answer = await reserve(one, { caps });
        const runs = answer.verdict === 'granted' && answer.record.outcome === 'running';
        if (runs) open.push(answer.record);
      }
      return open;
    };
    const help = (record: { id: string } | undefined) =>
      all.recoveries.finish(record?.id ?? '', 'helped', 'It answers');
    const [canary, ...none] = await run();
    expect(none).toEqual([]);
    await help(canary);
    const two = await run();
    expect(two).toHaveLength(2);
    await help(two[0]);
    expect(await run()).toHaveLength(2);
    await help(two[1]);
    expect(await run()).toHaveLength(4);
  });

  it('is for the worker that has the operation', async () => {
    const one = await aRecovery(all);
    const late = { ...one, take: { ...one.take, fence: 0 } };
    await expect(reserve(late)).rejects.toMatchObject({ code: 'lease_lost' });
  });
});
