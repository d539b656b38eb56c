import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { OpsError } from '#domain/errors.ts';
import type { Programs } from '#domain/ports.ts';
import type { TcpProbe } from '#domain/remote.ts';
import { createRecordingLogger } from '#test/fakes/logger.ts';
import { defaultGateway } from './gateway.ts';
import { createWitnesses } from './witnesses.ts';

const HEAD = 'Iface Destination Gateway Flags RefCnt Use Metric Mask MTU Window IRTT';
const ROUTES = [
  HEAD,
  'wlan0 00000000 0101A8C0 0003 0 0 600 00000000 0 0 0',
  'eth0 00000000 010200C0 0003 0 0 100 00000000 0 0 0',
  'eth0 000200C0 00000000 0001 0 0 0 00FFFFFF 0 0 0',
].join('\n');
const arp = (flags: string, hardware = '02:fc:00:00:00:05') =>
  `IP address HW type Flags HW address Mask Device\n192.0.2.1 0x1 ${flags} ${hardware} * eth0\n`;

/** Ports that answer, and addresses that ping; everything else is silence. */
function world(tcp: Record<string, 'open' | 'refused'>, pings: readonly string[] | null) {
  const asked: string[] = [];
  const probe: TcpProbe = {
    async probe(host, port) {
      asked.push(`${host}:${port}`);
      return tcp[`${host}:${port}`] ?? 'filtered';
    },
  };
  const programs: Programs = {
    async run(argv) {
      asked.push(`ping ${argv.at(-1)}`);
      if (pings === null) throw new OpsError('unavailable', 'ping: not found');
      const code = pings.includes(argv.at(-1) ?? '') ? 0 : 1;
      return { code, stdout: '', stderr: '', timedOut: false, truncated: false };
    },
  };
  return { asked, deps: { log: createRecordingLogger(), tcp: probe, programs } };
}

const folders: string[] = [];
afterEach(() => Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true }))));
async function net(files: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'zavhoz-net-'));
  folders.push(folder);
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return folder;
}
const bounds = () => ({ deadlineMs: 1000, signal: new AbortController().signal });
const ask = (spec: string, deps: Parameters<typeof createWitnesses>[1]) =>
  createWitnesses([spec], deps)[0]?.ask(bounds());

describe('witnesses', () => {
  it('takes an open port and a refusal for an answer, silence for none', async () => {
    const { deps } = world({ '192.0.2.9:53': 'open', '::1:443': 'refused' }, []);
    expect(await ask('tcp://192.0.2.9:53', deps)).toBe(true);
    expect(await ask('tcp://[::1]:443', deps)).toBe(true);
    expect(await ask('tcp://192.0.2.8:53', deps)).toBe(false);
  });

  it('asks by ping where TCP is silent, and does without a ping that does not run', async () => {
    const { deps, asked } = world({}, ['192.0.2.9']);
    expect(await ask('ping://192.0.2.9', deps)).toBe(true);
    expect(asked).toEqual(['192.0.2.9:22', '192.0.2.9:80', '192.0.2.9:443', 'ping 192.0.2.9']);
    const without = world({ 'dns.example:443': 'refused' }, null);
    expect(await ask('ping://dns.example', without.deps)).toBe(true);
    expect(await ask('ping://192.0.2.9', without.deps)).toBe(false);
  });

  it('asks a program that cannot run once, not at each check', async () => {
    const { deps, asked } = world({}, null);
    const [witness] = createWitnesses(['ping://192.0.2.9'], deps);
    await witness?.ask(bounds());
    await witness?.ask(bounds());
    expect(asked.filter((one) => one.startsWith('ping'))).toHaveLength(1);
  });

  it('knows the gateway from the routes, and its neighbour entry where it does not answer', async () => {
    const { deps } = world({}, ['192.0.2.1']);
    expect(await ask('gateway', { ...deps, net: await net({ route: ROUTES }) })).toBe(true);
    const mute = world({}, []).deps;
    const seen = async (table: string) =>
      ask('gateway', { ...mute, net: await net({ route: ROUTES, arp: table }) });
    expect(await seen(arp('0x2'))).toBe(true);
    expect(await seen(arp('0x0'))).toBe(false);
    expect(await seen(arp('0x2', '00:00:00:00:00:00'))).toBe(false);
    expect(await seen('')).toBe(false);
  });

  it('is offline without a default route', async () => {
    const { deps } = world({}, ['192.0.2.1']);
    expect(await ask('gateway', { ...deps, net: await net({ route: HEAD }) })).toBe(false);
    expect(await ask('gateway', { ...deps, net: '/does/not/exist' })).toBe(false);
    expect(defaultGateway(ROUTES)).toBe('192.0.2.1');
  });

  it('keeps names, each once, and refuses what is no witness', () => {
    const { deps } = world({}, []);
    const specs = ['tcp://1.1.1.1:53', 'gateway', 'tcp://1.1.1.1:53'];
    expect(createWitnesses(specs, deps).map(({ name }) => name)).toEqual(specs.slice(0, 2));
    for (const odd of ['', 'tcp://1.1.1.1', 'http://x', 'ping://', 'tcp://x:99999', 'gateways']) {
      expect(() => createWitnesses([odd], deps)).toThrow(/is no witness/);
    }
  });

  it('never hands a program an option in place of an address', async () => {
    const { deps, asked } = world({}, []);
    const odd = createWitnesses(['ping://-f'], deps)[0]?.ask(bounds());
    await expect(odd).rejects.toMatchObject({ code: 'invalid_input' });
    expect(asked).toEqual([]);
  });

  it('ends at an abort', async () => {
    const silent = world({}, []).deps;
    const never: TcpProbe = { probe: () => new Promise(() => {}) };
    const controller = new AbortController();
    const [witness] = createWitnesses(['ping://192.0.2.9'], { ...silent, tcp: never });
    const asked = witness?.ask({ deadlineMs: 60_000, signal: controller.signal });
    controller.abort(new OpsError('cancelled', 'enough'));
    await expect(asked).rejects.toMatchObject({ code: 'cancelled' });
    await expect(witness?.ask({ ...bounds(), deadlineMs: 20 })).resolves.toBe(false);
  });
});
