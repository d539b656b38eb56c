import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Hosts } from '#simulators/hosts/hosts.ts';
import { describeRealHosts } from '../support/real-hosts.ts';
import { createMainDesk, type MainDesk } from './main-desk.ts';
import {
  dumpDatabase,
  embeddedDatabaseUrl,
  foundIn,
  type Secrets,
  watchCommandLines,
} from './secret-hunt.ts';
import { createStage, type Stage } from './stage.ts';
import { createStranger, type Stranger } from './stranger.ts';

/** What a reinstallation replaces, and a reset does not. */
const IDENTITY = 'cat /etc/machine-id /etc/ssh/ssh_host_ed25519_key.pub; ls /root/marker; true';

/** A provisioning that leaves one of these out is none, however green its end. */
const STEPS = [
  ...['claim-attempt done', 'confirm-identity done', 'probe-access done', 'reinstall skipped'],
  ...['reset-password done', 'await-host done', 'open-access done', 'persist-key done'],
  ...['install-software done', 'verify-from-outside done', 'mark-ready done'],
];

describeRealHosts('the main job on real hosts', () => {
  let stage: Stage;
  let hosts: Hosts;
  let stranger: Stranger;
  let desk: MainDesk;
  let commandLines: ReturnType<typeof watchCommandLines> | null = null;
  /** Of a moment in the midst of an operation: its checkpoints go when it ends. */
  let midway: ReadonlyMap<string, Buffer> | null = null;

  beforeAll(async () => {
    commandLines = watchCommandLines();
    stage = await createStage({
      label: 'e2e-main',
      machines: 'containers',
      env: { TIME4VPS_MANAGED_SERVER_IDS: '1001,1002' },
    });
    if (stage.hosts === null) throw new Error('this stage has real hosts');
    hosts = stage.hosts;
    desk = createMainDesk(stage, hosts);
    await stage.start();
  });
  afterAll(async () => {
    commandLines?.stop();
    await stage?.remove();
  });

  it('scenario 1: servers that were bought are discovered, prepared and ready', async () => {
    await stage.until('a first sync', 30, async () =>
      stage.sim.records().some(({ action, outcome }) => action === 'list' && outcome === 'ok'),
    );
    const bought = await stage.sim.addServer();
    expect(bought.id).toBe(1001);
    const next = await stage.sim.addServer({ os: 'kvm-debian-13-x86_64' });
    for (const { id, password } of [bought, next]) {
      desk.passwords.set(`password of ${id}, when bought`, password);
    }
    await stage.until('the software to be installed', 300, async () => {
      const [operation] = await desk.operations('vps-1001');
      return operation?.current_step === 'install-software';
    });
    midway = await dumpDatabase(await embeddedDatabaseUrl(join(stage.dataDir, 'data')));
    for (const handle of ['vps-1001', 'vps-1002']) {
      await stage.until(`${handle} to be ready`, 600, () => desk.settled(handle));
      const done = await desk.operations(handle);
      expect(done.map(({ kind, status }) => `${kind} ${status}`)).toEqual(['provision succeeded']);
      const went = (await desk.steps(done[0]?.id ?? '')).map(
        ({ step, status }) => `${step} ${status}`,
      );
      expect(went.slice(0, STEPS.length)).toEqual(STEPS);
    }
  });

  it('scenario 1: a stranger finds SSH by key, Docker, and nothing open but what is declared', async () => {
    const key = await readFile(join(stage.dataDir, 'data/keys/orchestrator_ed25519'), 'utf8');
    stranger = await createStranger(hosts, key);
    await Promise.all([desk.judge(stranger, 1001), desk.judge(stranger, 1002)]);
  });

  it('scenario 1: the admin was told, each thing once', async () => {
    for (const id of [1001, 1002]) {
      const told = [`New server vps-${id}`, `preparation of vps-${id}`, `vps-${id} is ready`];
      for (const text of told) {
        await stage.until(`"${text}"`, 20, async () => desk.screen().some((m) => m.includes(text)));
        expect(desk.screen().filter((message) => message.includes(text))).toHaveLength(1);
      }
    }
    expect(stage.telegram.problems).toEqual([]);
  });

  it('scenario 2: the script rebuilds one server from nothing and keeps the disk of another', async () => {
    const before = new Map<number, string>();
    for (const id of [1001, 1002]) {
      await desk.inside(id, 'touch /root/marker');
      before.set(id, await desk.inside(id, IDENTITY));
    }
    expect((await desk.script('vps-9999', '--yes')).code).toBe(2);
    const [anew, kept] = await Promise.all([
      desk.script('vps-1001', '--yes'),
      desk.script('vps-1002', '--reset', '--yes'),
    ]);
    expect(anew).toMatchObject({ code: 0 });
    expect(kept).toMatchObject({ code: 0 });
    expect(anew.stdout + anew.stderr).toMatch(/ready/);
    const asked = stage.sim
      .records()
      .filter(({ method, action }) => method === 'POST' && /reinstall|reset/.test(action))
      .map(({ serverId, action }) => `${serverId} ${action}`);
    // The first two belong to scenario 1; the reinstallation tells its password by itself.
    expect(asked.slice(2).sort()).toEqual(['1001 reinstall', '1002 reset_password']);
    expect(await desk.settled('vps-1001')).toBe(true);
    expect(await desk.settled('vps-1002')).toBe(true);
    const [was, now] = [before.get(1001)?.split('\n') ?? [], await desk.inside(1001, IDENTITY)];
    for (const line of was.filter(Boolean)) expect(now).not.toContain(line);
    expect(await desk.inside(1002, IDENTITY)).toBe(before.get(1002));
    await Promise.all([desk.judge(stranger, 1001), desk.judge(stranger, 1002)]);
    for (const id of [1001, 1002]) {
      expect(
        desk.screen().filter((m) => new RegExp(`(reinstallation|rebuild) of vps-${id}`).test(m)),
      ).toHaveLength(1);
      expect(
        desk.screen().filter((message) => message.includes(`vps-${id} is ready`)),
      ).toHaveLength(2);
    }
  });

  it('a second provisioning changes nothing', async () => {
    const [reset] = await desk.operations('vps-1002');
    expect(reset).toMatchObject({ kind: 'rebuild', status: 'succeeded' });
    const done = new Map((await desk.steps(reset?.id ?? '')).map((s) => [s.step, s.summary]));
    expect(done.get('open-access')).toMatch(/ changed=0$/);
    expect(done.get('install-software')).toMatch(/ changed=0$/);
  });

  it('no password and no key is seen in logs, tables, checkpoints, chat or command lines', async () => {
    desk.notePasswords();
    const data = join(stage.dataDir, 'data');
    const read = async (name: string) => (await readFile(join(data, name), 'utf8')).trim();
    const secrets: Secrets = {
      ...Object.fromEntries(desk.passwords),
      'agent key': await read('keys/orchestrator_ed25519'),
      'break-glass key': await read('keys/break_glass_ed25519'),
      'encryption key': await read('keys/encryption.key'),
      'API token': await read('api-token'),
      'database password': await read('postgres/password'),
      'queue password': await read('redis/password'),
      'provider password': stage.providerPassword,
      'bot token': stage.telegram.token,
    };
    expect(desk.passwords.size).toBeGreaterThanOrEqual(6);
    const dump = await dumpDatabase(await embeddedDatabaseUrl(data));
    expect(dump.get('public.credential')?.length).toBeGreaterThan(100);
    const checkpoints = [...(midway ?? [])].filter(([table]) => table.includes('.checkpoint'));
    expect(checkpoints.some(([, text]) => text.includes('install-software'))).toBe(true);
    const found = [...dump, ...(midway ?? [])].flatMap(([table, text]) =>
      foundIn(secrets, text).map((name) => `${name} in ${table}`),
    );
    expect(found).toEqual([]);
    const log = await readFile(stage.logFile);
    expect(log.length).toBeGreaterThan(1000);
    expect(foundIn(secrets, log)).toEqual([]);
    const chat = JSON.stringify(stage.telegram.calls.map(({ payload }) => payload));
    expect(foundIn(secrets, chat)).toEqual([]);
    const lines = commandLines?.stop() ?? '';
    expect(lines).toContain('ansible-playbook');
    expect(foundIn(secrets, lines)).toEqual([]);
    // and the search would have found them
    expect(foundIn(secrets, `x${desk.passwords.values().next().value}x`)).toHaveLength(1);
    expect(foundIn(secrets, JSON.stringify(secrets['agent key']))).toEqual(['agent key']);
  });
});
