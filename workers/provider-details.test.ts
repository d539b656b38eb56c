import { expect, it } from 'vitest';
import { OpsError } from '#domain/errors.ts';
import { memoryLeases } from '#test/fakes/chat-memory.ts';
import { createRecordingLogger } from '#test/fakes/logger.ts';
import { virtualClock } from '#test/fakes/virtual-clock.ts';
import { createProviderDetails, type ProviderDetailsDeps } from './provider-details.ts';

const AGE = 300_000;

function stage(count: number) {
  const clock = virtualClock();
  const seen = new Map<string, number>();
  const asked: string[] = [];
  const world = { fail: null as ((ref: string) => OpsError | null) | null, at: 0, most: 0 };
  const refs = Array.from({ length: count }, (_, i) => String(1000 + i));
  const account = (name: string, mine: readonly string[]) => ({
    name,
    provider: {
      facts: async (ref: string) => {
        world.most = Math.max(world.most, ++world.at);
        await Promise.resolve();
        world.at--;
        asked.push(`${name}/${ref}`);
        const error = world.fail?.(ref) ?? null;
        if (error) throw error;
        return { ref, mine };
      },
    },
  });
  const log = createRecordingLogger();
  const deps = {
    accounts: [account('one', refs), account('two', ['7'])],
    providerDetails: {
      find: async () => null,
      put: async (id: string) => void seen.set(id, clock.now().getTime()),
      stale: async (name: string, before: Date, limit: number) =>
        (name === 'one' ? refs : ['7'])
          .filter((id) => (seen.get(id) ?? Number.NEGATIVE_INFINITY) < before.getTime())
          .slice(0, limit)
          .map((id) => ({ id, handle: `vps-${id}`, ref: id })),
    },
    ...{ leases: memoryLeases(), clock, log, greatestAgeMs: AGE },
  } as unknown as ProviderDetailsDeps;
  const look = createProviderDetails(deps);
  const turn = async (ms = 0) => {
    const running = look(new AbortController().signal);
    await clock.advance(ms);
    await running;
  };
  return { clock, world, seen, asked, turn, deps, log };
}

it('asks once for each server, a few at a time, and again only when the answer is old', async () => {
  const { clock, world, asked, turn } = stage(120);
  await turn();
  expect(new Set(asked).size).toBe(121);
  expect(asked).toHaveLength(121);
  // Two calls in each of the two accounts.
  expect(world.most).toBeLessThanOrEqual(4);
  await turn();
  expect(asked).toHaveLength(121);
  await clock.advance(AGE + 1);
  await turn();
  expect(asked).toHaveLength(242);
});

it('waits as long as the provider asks, and then goes on', async () => {
  const { world, seen, turn } = stage(3);
  let left = 2;
  world.fail = () =>
    left-- > 0 ? new OpsError('rate_limited', 'wait', { retryAfterMs: 24_000 }) : null;
  await turn(60_000);
  expect(seen.size).toBe(4);
});

it('leaves an account that refuses us until the next turn, and goes on with the others', async () => {
  const { world, asked, seen, turn, log } = stage(30);
  world.fail = (ref) => (ref === '7' ? null : new OpsError('upstream_login', 'wrong login'));
  await turn();
  expect(asked.filter((name) => name.startsWith('one/')).length).toBeLessThanOrEqual(2);
  expect([...seen.keys()]).toEqual(['7']);
  expect(JSON.stringify(log.lines)).toContain('details not complete');
});

it('passes over a server that the details do not know, once a turn', async () => {
  const { world, asked, seen, turn } = stage(3);
  world.fail = (ref) => (ref === '1001' ? new OpsError('not_found', 'no such server') : null);
  await turn();
  expect(seen.size).toBe(3);
  expect(asked.filter((name) => name === 'one/1001')).toHaveLength(1);
});

it('leaves an account to the worker that is at it', async () => {
  const { deps, asked, turn } = stage(2);
  const held = await deps.leases.take('details:one');
  await turn();
  expect(asked).toEqual(['two/7']);
  await held?.release();
  await turn();
  expect(asked).toHaveLength(3);
});
