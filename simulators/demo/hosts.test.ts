import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Host, Hosts } from '../hosts/hosts.ts';
import { reconcile } from './hosts.ts';
import { type Places, placesOf } from './places.ts';
import { openState } from './state.ts';

let dir: string;
let places: Places;
let destroyed: string[];
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'zavhoz-demo-'));
  places = placesOf(dir, dir);
  destroyed = [];
  await writeFile(places.agent, 'data');
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const hostsWith = (made: Record<string, string>) => {
  const list = Object.entries(made).map(
    ([id, meta]): Host => ({ id, ip: '', image: '', container: '', running: false, meta }),
  );
  const fake: Pick<Hosts, 'list' | 'destroy' | 'removeAll'> = {
    list: async () => list,
    destroy: async (id) => void destroyed.push(id),
    removeAll: async () => void destroyed.push('all'),
  };
  return fake;
};
const meta = (created: string) => JSON.stringify({ created });

async function run(servers: Record<string, string>, made: Record<string, string>) {
  const state = await openState(places.state);
  await state.change({ servers });
  const result = await reconcile(hostsWith(made), state, places, AbortSignal.timeout(5000));
  const agentData = (await readdir(dir)).includes('agent');
  return { ...result, agentData, servers: (await openState(places.state)).value.servers };
}

it('goes on with the hosts that the agent knows, and drops those it does not', async () => {
  const made = { 1001: meta('a'), 1002: meta('b'), 1003: meta('c') };
  expect(await run({ 1001: 'a', 1002: 'b' }, made)).toEqual({
    ...{ startedOver: false, agentData: true, servers: { 1001: 'a', 1002: 'b' } },
  });
  expect(destroyed).toEqual(['1003']);
});

it.each([
  ['gone', { 1002: meta('b') }],
  ['made anew by somebody else', { 1001: meta('x'), 1002: meta('b') }],
  ['of unreadable origin', { 1001: '', 1002: meta('b') }],
])('starts over when a host is %s', async (_, made) => {
  expect(await run({ 1001: 'a', 1002: 'b' }, made)).toEqual({
    ...{ startedOver: true, agentData: false, servers: {} },
  });
  expect(destroyed).toEqual(['all']);
});

it('begins with nothing where it never got to a server', async () => {
  expect(await run({}, { 1002: meta('b') })).toMatchObject({
    startedOver: false,
    agentData: false,
  });
  expect(destroyed).toEqual(['all']);
});

it('takes a damaged state for none', async () => {
  await writeFile(places.state, '{"servers": 7}');
  expect((await openState(places.state)).value).toEqual({ servers: {}, images: [], processes: [] });
  await writeFile(places.state, '{"serv');
  expect((await openState(places.state)).value.images).toEqual([]);
});
