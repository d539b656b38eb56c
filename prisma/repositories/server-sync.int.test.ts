import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ProviderServer } from '#domain/provider.ts';
import { aServer } from '#test/builders/a-server.ts';
import { anOperation } from '#test/builders/an-operation.ts';
import { type TestRepositories, testRepositories } from '#test/builders/repositories.ts';

let stage: TestRepositories;
let servers: TestRepositories['repositories']['servers'];
let account: { name: string; provider: string };
let number = 0;
beforeAll(async () => {
  stage = await testRepositories();
  servers = stage.repositories.servers;
});
afterAll(() => stage.close());
beforeEach(() => {
  account = { name: `account-${++number}`, provider: 'time4vps' };
});

const listed = (ref: string, over: Partial<ProviderServer> = {}): ProviderServer => ({
  ...{ ref: `${number}${ref}`, hostname: `h${ref}`, ipv4: '192.0.2.7', ipv6: null, sshPort: 22 },
  ...{ label: null, ...over },
});
const handle = (ref: string) => `vps-${number}${ref}`;
const sync = (list: readonly ProviderServer[], managed: string[] = []) =>
  servers.sync(account, list, {
    managedRefs: new Set(managed.map((ref) => `${number}${ref}`)),
    missesAllowed: 2,
  });
const status = async (ref: string) => (await servers.require(handle(ref))).status;
const many = ['1', '2', '3', '4'];
const all = () => many.map((ref) => listed(ref));
const without = (ref: string) => all().filter((one) => one.ref !== `${number}${ref}`);

describe('sync', () => {
  it('only makes known what the first list shows', async () => {
    const { added } = await sync([listed('1'), listed('2')], ['2']);
    expect(added).toMatchObject([
      { ...{ handle: handle('1'), status: 'discovered', care: 'none', hostname: 'h1' } },
      { ...{ handle: handle('2'), status: 'discovered', care: 'managed' } },
    ]);
    expect(await sync([listed('1'), listed('2')], ['2'])).toEqual({
      ...{ added: [], missing: [], returned: [] },
    });
  });

  it('puts later ones of the allow-list on the list to be prepared, and no others', async () => {
    await sync([]);
    await sync([listed('1'), listed('2')], ['2']);
    expect(await servers.require(handle('1'))).toMatchObject({
      status: 'discovered',
      care: 'none',
    });
    expect(await servers.require(handle('2'))).toMatchObject({
      ...{ status: 'pending_setup', statusBefore: 'discovered', care: 'managed' },
    });
  });

  it('follows the allow-list until a human has spoken', async () => {
    await sync([listed('1')]);
    await sync([listed('1')], ['1']);
    expect(await servers.require(handle('1'))).toMatchObject({
      care: 'managed',
      status: 'discovered',
    });
    await servers.update(handle('1'), { care: 'none' }, 'tg:1');
    await sync([listed('1')], ['1']);
    expect((await servers.require(handle('1'))).care).toBe('none');
  });

  it('follows addresses until a human has set them, and ignores what is none', async () => {
    await sync([listed('1')]);
    await sync([
      listed('1', { ipv4: '192.0.2.8', ipv6: 'nonsense', hostname: 'new', region: 'vilnius' }),
    ]);
    await sync([listed('1', { ipv4: '192.0.2.8', hostname: 'new' })]);
    const { connection, hostname, region } = await servers.require(handle('1'));
    expect(region).toBe('vilnius');
    expect({ connection, hostname }).toMatchObject({
      ...{ hostname: 'new', connection: { ipv4: '192.0.2.8', ipv6: null } },
    });
    await servers.update(handle('1'), { connection: { ipv4: '10.9.9.9' } }, 'tg:1');
    await sync([listed('1')]);
    expect((await servers.require(handle('1'))).connection.ipv4).toBe('10.9.9.9');
  });

  it('believes an absence the second time, and a return at once', async () => {
    await sync(all());
    await servers.transition(handle('1'), 'ready', 'human', 'x');
    expect((await sync(without('1'))).missing).toEqual([]);
    expect(await servers.require(handle('1'))).toMatchObject({
      ...{ status: 'ready', missingSince: expect.any(Date) },
    });
    expect((await sync(without('1'))).missing).toMatchObject([{ handle: handle('1') }]);
    expect((await sync(without('1'))).missing).toEqual([]);
    expect(await status('1')).toBe('unreachable');
    expect((await sync(all())).returned).toMatchObject([{ handle: handle('1'), status: 'ready' }]);
    expect((await servers.require(handle('1'))).missingSince).toBeNull();
  });

  it('counts absences in a row only', async () => {
    await sync(all());
    for (const list of [without('1'), all(), without('1'), all()]) await sync(list);
    expect(await status('1')).toBe('discovered');
  });

  it('does not believe a list that lost half of its servers at once, or more', async () => {
    await sync(all());
    const half = all().slice(0, Math.floor(all().length / 2));
    for (let i = 0; i < 3; i++) expect((await sync(half)).missing).toEqual([]);
    for (let i = 0; i < 4; i++) {
      expect((await sync([listed('1')])).missing).toEqual([]);
      expect((await sync([])).missing).toEqual([]);
    }
    expect(await status('4')).toBe('discovered');
    expect(stage.log.lines.join('\n')).toContain('not believed');
  });

  it('returns to a maintenance, and from there to the status before it', async () => {
    await sync(all());
    await servers.transition(handle('1'), 'ready', 'human', 'x');
    await servers.transition(handle('1'), 'maintenance', 'human', 'x');
    for (let i = 0; i < 2; i++) await sync(without('1'));
    expect(await status('1')).toBe('unreachable');
    await sync(all());
    expect(await status('1')).toBe('maintenance');
    expect((await servers.transition(handle('1'), 'ready', 'human', 'x')).status).toBe('ready');
  });

  it('leaves reserved, hands_off and busy ones as they are', async () => {
    await sync(all());
    await servers.transition(handle('1'), 'reserved', 'human', 'x');
    await servers.update(handle('2'), { handsOff: true }, 'x');
    await servers.update(handle('3'), { care: 'managed' }, 'x');
    await anOperation(stage.repositories, { target: handle('3'), kind: 'rebuild' });
    for (const ref of ['1', '2', '3']) {
      const rest = many.filter((one) => one !== ref).map((one) => listed(one));
      for (let i = 0; i < 3; i++) expect((await sync(rest)).missing).toEqual([]);
    }
    expect(await Promise.all(['1', '2', '3'].map(status))).toEqual([
      ...['reserved', 'discovered', 'force_rebuild'],
    ]);
  });

  it('finds a handle where another account has it already', async () => {
    await aServer(stage.repositories, { handle: handle('1') });
    const { added } = await sync([listed('1'), listed('X_y')]);
    expect(new Set(added.map((server) => server.handle))).toEqual(
      new Set([`vps-${account.name}-${number}1`, `vps-${number}x-y`]),
    );
  });

  it('adds each server once when two lists come in at once', async () => {
    const [a, b] = await Promise.all([sync(all()), sync(all())]);
    expect([...a.added, ...b.added]).toHaveLength(4);
  });

  it('takes a thousand servers, and again', async () => {
    const list = Array.from({ length: 1000 }, (_, i) => listed(`-${i}`));
    expect((await sync(list)).added).toHaveLength(1000);
    expect(await sync(list)).toEqual({ added: [], missing: [], returned: [] });
  });
});
