import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aServer } from '#test/builders/a-server.ts';
import { type TestRepositories, testRepositories } from '#test/builders/repositories.ts';

let stage: TestRepositories;
let servers: TestRepositories['repositories']['servers'];
beforeAll(async () => {
  stage = await testRepositories();
  servers = stage.repositories.servers;
});
afterAll(() => stage.close());
const page = { offset: 0, limit: 100 };

describe('create', () => {
  it('keeps what it is given', async () => {
    const jump = await aServer(stage.repositories);
    const server = await aServer(stage.repositories, {
      ...{ handle: 'db-1', group: 'databases', labels: { env: 'prod' }, notes: 'oné' },
      connection: { port: 2222, user: 'ops', become: 'sudo_password', jumpHost: jump.handle },
    });
    expect(await servers.require('db-1')).toEqual(server);
    expect(await servers.byId(server.id)).toEqual(server);
    expect(await servers.byId('db-1')).toBeNull();
    expect(server).toMatchObject({
      ...{ status: 'discovered', care: 'managed', group: 'databases', provider: 'manual' },
      labels: { env: 'prod' },
      connection: { port: 2222, user: 'ops', become: 'sudo_password', jumpHost: jump.handle },
    });
  });

  it('tells the ports that its group and its services declare', async () => {
    const { handle, id } = await aServer(stage.repositories, { group: 'with-ports' });
    await stage.prisma.serverGroup.update({
      where: { name: 'with-ports' },
      data: { openPorts: [8443, 9000] },
    });
    const service = await stage.prisma.service.create({ data: { serverId: id, name: 'web' } });
    for (const port of [3000, 9000]) {
      await stage.prisma.portAllocation.create({
        data: { serverId: id, serviceId: service.id, port },
      });
    }
    const { openPorts } = await servers.require(handle);
    expect([...openPorts].sort((a, b) => a - b)).toEqual([3000, 8443, 9000]);
  });

  it('refuses a handle that is taken, also ten at once', async () => {
    const answers = await Promise.allSettled(
      Array.from({ length: 10 }, () => aServer(stage.repositories, { handle: 'twice' })),
    );
    const refused = answers.filter((answer) => answer.status === 'rejected');
    expect(refused).toHaveLength(9);
    for (const { reason } of refused) expect(reason).toMatchObject({ code: 'conflict' });
  });

  it.each([
    [{ handle: 'No Handle' }],
    [{ connection: { ipv4: '300.1.1.1' } }],
    [{ connection: { ipv4: 'example.org' } }],
    [{ connection: { ipv6: '10.0.0.1' } }],
    [{ connection: { port: 0 } }],
    [{ connection: { port: 65_536 } }],
  ])('refuses %j', async (over) => {
    await expect(aServer(stage.repositories, over)).rejects.toMatchObject({
      code: 'invalid_input',
    });
  });
});

describe('update', () => {
  it('changes what is named and nothing else', async () => {
    const before = await aServer(stage.repositories, { labels: { a: '1' } });
    const after = await servers.update(before.handle, { care: 'watch', group: 'web' }, 'tg:1');
    expect(after).toMatchObject({
      ...before,
      care: 'watch',
      group: 'web',
      updatedAt: expect.any(Date),
    });
    const patched = await servers.update(before.handle, { connection: { port: 2222 } }, 'tg:1');
    expect(patched.connection).toEqual({ ...before.connection, port: 2222 });
    await expect(servers.update('none', {}, 'x')).rejects.toMatchObject({ code: 'not_found' });
  });

  it('refuses a way that leads back', async () => {
    const [a, b, c] = await Promise.all([1, 2, 3].map(() => aServer(stage.repositories)));
    if (!a || !b || !c) throw new Error('three servers');
    const over = (handle: string, jumpHost: string | null) =>
      servers.update(handle, { connection: { jumpHost } }, 'x');
    await over(b.handle, a.handle);
    await over(c.handle, b.handle);
    await expect(over(a.handle, c.handle)).rejects.toMatchObject({ code: 'invalid_input' });
    await expect(over(a.handle, a.handle)).rejects.toMatchObject({ code: 'invalid_input' });
    await expect(over(a.handle, 'none')).rejects.toMatchObject({ code: 'not_found' });
    expect((await over(c.handle, null)).connection.jumpHost).toBeNull();
  });
});

describe('list', () => {
  it('filters, counts and pages', async () => {
    for (let i = 0; i < 5; i++) {
      await aServer(stage.repositories, {
        ...{ handle: `list-${i}`, group: 'lists', labels: { n: String(i), all: 'x' } },
        notes: i === 3 ? 'the 100% odd_one' : '',
        care: i === 4 ? 'none' : 'managed',
      });
    }
    const handles = async (filter: Parameters<typeof servers.list>[0], paging = page) =>
      (await servers.list({ group: 'lists', ...filter }, paging)).items.map((one) => one.handle);
    expect(await handles({})).toHaveLength(5);
    expect(await handles({ care: ['none'] })).toEqual(['list-4']);
    expect(await handles({ care: ['none', 'managed'] })).toHaveLength(5);
    expect(await handles({ named: 'list-' })).toHaveLength(5);
    expect(await handles({ named: 'ist-1' })).toEqual([]);
    expect(await handles({ named: 'list_' })).toEqual([]);
    // Together with a search both have to hold.
    expect(await handles({ named: 'list-', search: 'odd_one' })).toEqual(['list-3']);
    expect(await handles({ label: 'n=2' })).toEqual(['list-2']);
    expect(await handles({ label: 'all' })).toHaveLength(5);
    expect(await handles({ label: 'nothing' })).toEqual([]);
    expect(await handles({ search: 'ODD_ONE' })).toEqual(['list-3']);
    expect(await handles({ search: '%' })).toEqual(['list-3']);
    expect(await handles({ provider: 'time4vps' })).toEqual([]);
    expect(await handles({ status: ['discovered', 'ready'] }, { offset: 3, limit: 9 })).toEqual([
      'list-3',
      'list-4',
    ]);
    expect((await servers.list({ group: 'lists' }, { offset: 0, limit: 1 })).total).toBe(5);
    expect((await servers.countByStatus()).discovered).toBeGreaterThanOrEqual(5);
  });
});

describe('transition', () => {
  it('goes by the table and remembers the status before', async () => {
    const { handle } = await aServer(stage.repositories);
    expect(await servers.transition(handle, 'ready', 'human', 'x')).toMatchObject({
      ...{ status: 'ready', statusBefore: 'discovered' },
    });
    await servers.transition(handle, 'maintenance', 'human', 'x');
    expect((await servers.require(handle)).statusBefore).toBe('ready');
    await expect(servers.transition(handle, 'error', 'human', 'x')).rejects.toMatchObject({
      code: 'illegal_transition',
      details: { legal: expect.arrayContaining(['ready']) },
    });
    expect(await servers.transition(handle, 'ready', 'human', 'x')).toMatchObject({
      ...{ status: 'ready', statusBefore: null },
    });
  });

  it('lets one of two contrary moves win', async () => {
    const { handle } = await aServer(stage.repositories);
    const moves = await Promise.allSettled(
      (['in_use', 'pending_setup'] as const).map((to) =>
        servers.transition(handle, to, 'human', 'x'),
      ),
    );
    expect(moves.map((move) => move.status).sort()).toEqual(['fulfilled', 'rejected']);
  });
});

describe('setFacts', () => {
  it('leaves alone what it is not told and what a human set', async () => {
    const { handle, connection } = await aServer(stage.repositories);
    await servers.setFacts(handle, { os: 'debian-12', ipv4: '192.0.2.1' });
    await servers.setFacts(handle, { lastHealthCheck: new Date(5000) });
    expect(await servers.require(handle)).toMatchObject({
      ...{ os: 'debian-12', lastHealthCheck: new Date(5000), connection },
    });
  });
});
