import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aHealth } from '#test/builders/a-health.ts';
import { anAdoptedServer } from '#test/builders/a-recovery.ts';
import { type TestRepositories, testRepositories } from '#test/builders/repositories.ts';

let stage: TestRepositories;
let all: TestRepositories['repositories'];
beforeEach(async () => {
  stage = await testRepositories();
  all = stage.repositories;
});
afterEach(() => stage.close());

const now = () => stage.clock.now();

describe('picture', () => {
  it('counts what is checked, and names what fails since then', async () => {
    const at = (ipv4: string) => anAdoptedServer(all, { connection: { ipv4 } });
    const [a, b, c, d] = [
      ...[await at('10.1.1.1'), await at('10.1.1.2'), await at('10.1.2.1')],
      await anAdoptedServer(all, {
        connection: { ipv4: null, ipv6: '2001:db8:1:2::3', family: 'ipv6' },
      }),
    ] as const;
    await anAdoptedServer(all, {
      connection: { ipv4: null, ipv6: 'fe80::1%eth0', family: 'ipv6' },
    });
    await all.servers.update(a.handle, { region: 'vilnius' }, 'tg:1');
    await all.servers.setFacts(b.handle, { region: 'vilnius' });
    const since = now();
    const miss = (id: string, ago: number) =>
      aHealth(id, since, {
        ...{ state: 'failed', missingSince: new Date(since.getTime() - ago) },
      });
    await all.health.write([
      miss(a.id, 0),
      miss(b.id, 600_000),
      miss(c.id, 0),
      aHealth(d.id, since),
    ]);
    const picture = await all.health.picture(since);
    expect(picture).toEqual({
      total: 5,
      byProvider: { manual: 5 },
      byAccount: { manual: 5 },
      byRegion: { vilnius: 2 },
      bySubnet: { '10.1.1.0/24': 2, '10.1.2.0/24': 1, '2001:db8:1:2::/64': 1 },
      failing: [
        {
          handle: a.handle,
          provider: 'manual',
          providerAccount: 'manual',
          region: 'vilnius',
          subnet: '10.1.1.0/24',
        },
        {
          handle: c.handle,
          provider: 'manual',
          providerAccount: 'manual',
          region: null,
          subnet: '10.1.2.0/24',
        },
      ].sort((x, y) => (x.handle < y.handle ? -1 : 1)),
    });
    await all.maintenance.create({
      ...{ scope: 'server', target: a.handle, from: since, reason: 'disks', createdBy: 'tg:1' },
      until: new Date(since.getTime() + 60_000),
    });
    const calm = await all.health.picture(since);
    expect([calm.total, calm.failing.map((one) => one.handle)]).toEqual([4, [c.handle]]);
  });

  it('of nothing is empty', async () => {
    expect(await all.health.picture(new Date())).toEqual({
      ...{ total: 0, byProvider: {}, byAccount: {}, byRegion: {}, bySubnet: {}, failing: [] },
    });
  });
});
