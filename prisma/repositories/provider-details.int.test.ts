import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ProviderFacts } from '#domain/provider.ts';
import { aServer } from '#test/builders/a-server.ts';
import { type TestRepositories, testRepositories } from '#test/builders/repositories.ts';

let stage: TestRepositories;
let all: TestRepositories['repositories'];
beforeEach(async () => {
  stage = await testRepositories();
  all = stage.repositories;
});
afterEach(() => stage.close());

const factsOf = (ref: string, over: Partial<ProviderFacts> = {}): ProviderFacts => ({
  ...{ ref, hostname: 'a.example', ipv4: '192.0.2.9', ipv6: '2001:db8::9', sshPort: 22 },
  ...{ label: null, state: 'active', os: 'kvm-debian-12', activeTask: null, user: 'root' },
  resources: { cpuCores: 2, memoryMb: 4096, diskMb: 40_960 },
  ...over,
});
const future = () => new Date(Date.now() + 86_400_000);

it('keeps the last answer, and what the server itself shows of it', async () => {
  const server = await aServer(all, { connection: { ipv4: '192.0.2.1' } });
  expect(await all.providerDetails.find(server.id)).toBeNull();
  await all.providerDetails.put(server.id, factsOf(server.providerRef));
  const later = factsOf(server.providerRef, { activeTask: 'reboot' });
  await all.providerDetails.put(server.id, later);
  expect((await all.providerDetails.find(server.id))?.facts).toEqual(later);
  const now = await all.servers.require(server.handle);
  expect(now.os).toBe('kvm-debian-12');
  // A human entered the addresses.
  expect(now.connection).toMatchObject({ ipv4: '192.0.2.1', ipv6: null });
});

it('adds an address that the list left out', async () => {
  const listed = { ref: '1', hostname: null, ipv4: '192.0.2.1', ipv6: null, sshPort: 22 };
  const { added } = await all.servers.sync(
    { name: 'time4vps', provider: 'time4vps' },
    [{ ...listed, label: null }],
    { managedRefs: new Set(), missesAllowed: 2 },
  );
  const [server] = added;
  await all.providerDetails.put(server?.id ?? '', factsOf('1'));
  expect((await all.servers.require(server?.handle ?? '')).connection).toMatchObject({
    ...{ ipv4: '192.0.2.1', ipv6: '2001:db8::9' },
  });
});

it('names whose details are missing first, then the oldest, and nobody who is gone', async () => {
  const [one, two, three, gone] = await Promise.all(
    [1, 2, 3, 4].map(() => aServer(all, { providerAccount: 'box' })),
  );
  const elsewhere = await aServer(all, { providerAccount: 'other' });
  await all.servers.transition(gone?.handle ?? '', 'decommissioned', 'human', 'tg:1');
  for (const [server, seenAt] of [
    [two, new Date(1000)],
    [one, new Date(2000)],
  ] as const) {
    await all.providerDetails.put(server?.id ?? '', factsOf(server?.providerRef ?? ''));
    await stage.prisma.providerDetails.update({
      where: { serverId: server?.id ?? '' },
      data: { seenAt },
    });
  }
  const names = async (before: Date, limit = 10) =>
    (await all.providerDetails.stale('box', before, limit)).map(({ id }) => id);
  expect(await names(future())).toEqual([three?.id, two?.id, one?.id]);
  expect(await names(future(), 2)).toEqual([three?.id, two?.id]);
  expect(await names(new Date(0))).toEqual([three?.id]);
  expect(await all.providerDetails.stale('other', future(), 10)).toMatchObject([
    { id: elsewhere.id, ref: elsewhere.providerRef },
  ]);
});
