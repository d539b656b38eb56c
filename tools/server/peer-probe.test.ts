import { describe, expect, it } from 'vitest';
import { OpsError } from '#domain/errors.ts';
import type { SshTarget } from '#domain/remote.ts';
import type { Server } from '#domain/server.ts';
import type { ToolScope } from '#domain/tool.ts';
import type { ToolDeps } from '#domain/tool-deps.ts';
import { serverEntity } from '#test/builders/server-entity.ts';
import { serverPeerProbe } from './peer-probe.ts';

const NOW = new Date('2026-03-01T12:00:00Z');
const at = (handle: string, ipv4: string, over: Partial<Server> = {}) => {
  const plain = serverEntity(handle, over);
  return { ...plain, connection: { ...plain.connection, ipv4, ...over.connection } };
};
const BROKEN = at('vps-1', '192.0.2.7');

function probe(world: {
  readonly peers?: readonly Server[];
  readonly ours?: string;
  /** By handle; an error is a peer that cannot be reached itself. */
  readonly sees?: Readonly<Record<string, string | OpsError>>;
  readonly lastGoodAt?: Date;
}) {
  const asked: string[] = [];
  const deps = {
    tcp: { probe: async () => world.ours ?? 'filtered' },
    servers: {
      list: async () => ({ items: [BROKEN, ...(world.peers ?? [])], total: 0 }),
    },
    health: { target: async () => ({ state: 'ok', lastGoodAt: world.lastGoodAt ?? NOW }) },
    ssh: {
      run: async ({ handle }: SshTarget, argv: readonly string[]) => {
        asked.push(`${handle} ${argv.slice(-2).join(':')}`);
        const seen = world.sees?.[handle] ?? 'filtered';
        if (seen instanceof OpsError) throw seen;
        if (seen === 'open') return { code: 0, stdout: '', stderr: '' };
        return { code: seen === 'refused' ? 1 : 124, stdout: '', stderr: `Connection ${seen}` };
      },
    },
    credentials: { current: async () => null },
    hostKeys: { list: async () => [] },
    keys: {},
    clock: { now: () => NOW },
  } as unknown as ToolDeps;
  const scope = { server: BROKEN, signal: new AbortController().signal } as ToolScope;
  return serverPeerProbe.run({}, scope, deps).then((seen) => ({ ...seen, asked }));
}

describe('server_peer_probe', () => {
  const far = at('vps-2', '198.51.100.2');

  it.each([
    ['filtered', 'filtered', false],
    ['filtered', 'refused', true],
    ['filtered', 'open', true],
    ['refused', 'refused', false],
    ['refused', 'open', true],
    ['open', 'filtered', false],
  ])('we see %s, a neighbour sees %s: disagree %s', async (ours, theirs, disagree) => {
    const seen = await probe({ peers: [far], ours, sees: { 'vps-2': theirs } });
    expect(seen).toMatchObject({ peer: 'vps-2', ours, theirs, disagree });
    expect(seen.asked).toEqual(['vps-2 192.0.2.7:22']);
  });

  it('asks nobody of the same subnet, nobody that is not looked after, nobody unwell', async () => {
    const near = at('vps-3', '192.0.2.99');
    const foreign = at('vps-4', '198.51.100.4', { care: 'none' });
    expect(await probe({ peers: [near, foreign] })).toMatchObject({ peer: null, asked: [] });
    const lastGoodAt = new Date(NOW.getTime() - 600_000);
    expect(await probe({ peers: [far], lastGoodAt })).toMatchObject({ peer: null, asked: [] });
  });

  it('asks the next one when a neighbour does not answer itself', async () => {
    const other = at('vps-5', '203.0.113.5');
    const gone = new OpsError('unreachable', 'gone');
    const seen = await probe({ peers: [far, other], sees: { 'vps-2': gone, 'vps-5': 'open' } });
    expect(seen).toMatchObject({ peer: 'vps-5', disagree: true });
  });
});
