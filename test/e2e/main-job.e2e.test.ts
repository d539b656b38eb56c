import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Hosts } from '#simulators/hosts/hosts.ts';
import { describeRealHosts } from '../support/real-hosts.ts';
import {
  dumpDatabase,
  embeddedDatabaseUrl,
  foundIn,
  type Secrets,
  watchCommandLines,
} from './secret-hunt.ts';
import { ADMIN, createStage, type Stage } from './stage.ts';
import { createStranger, type Stranger } from './stranger.ts';

interface WireServer {
  readonly status: string;
  readonly connection: { readonly ipv4: string };
}
interface WireOperation {
  readonly id: string;
  readonly kind: string;
  readonly status: string;
  readonly current_step: string | null;
}
interface WireStep {
  readonly step: string;
  readonly status: string;
  readonly summary: string | null;
}

/** Publishes a port from an image without content that borrows the host's programs. */
const PUBLISH_8081 = `
docker image inspect outside/probe >/dev/null 2>&1 || tar -c --files-from /dev/null | docker import - outside/probe
docker run -d --name outside -p 8081:8000 -v /usr:/usr:ro -v /lib:/lib:ro -v /lib64:/lib64:ro -v /bin:/bin:ro \
  outside/probe /usr/bin/python3 -m http.server 8000
for i in $(seq 40); do curl -sfo /dev/null localhost:8081 && exit; sleep 0.5; done; exit 1`;
const LISTEN = `
for p in 80 443 9999; do systemd-run --quiet --unit=listen-$p python3 -m http.server --directory /srv $p; done
for p in 80 443 9999; do for i in $(seq 40); do curl -sfo /dev/null localhost:$p && break; sleep 0.5; done; done`;
const TIDY = `docker rm -f outside; docker rmi -f outside/probe; systemctl stop listen-80 listen-443 listen-9999`;
/** What a reinstallation replaces, and a reset does not. */
const IDENTITY = 'cat /etc/machine-id /etc/ssh/ssh_host_ed25519_key.pub; ls /root/marker; true';

describeRealHosts('the main job on real hosts', () => {
  let stage: Stage;
  let hosts: Hosts;
  let stranger: Stranger;
  const commandLines = watchCommandLines();
  const passwords = new Map<string, string>();
  /** Of a moment in the midst of an operation: its checkpoints go when it ends. */
  let midway: ReadonlyMap<string, Buffer> | null = null;
  const address = (id: number) => stage.sim.servers().find((server) => server.id === id)?.ip ?? '';

  beforeAll(async () => {
    stage = await createStage({
      label: 'e2e-main',
      machines: 'containers',
      env: { TIME4VPS_MANAGED_SERVER_IDS: '1001,1002' },
    });
    if (stage.hosts === null) throw new Error('this stage has real hosts');
    hosts = stage.hosts;
    await stage.start();
  });
  afterAll(async () => {
    commandLines.stop();
    await stage?.remove();
  });

  const operations = async (handle: string) =>
    (await stage.api<{ items?: WireOperation[] }>('GET', `/api/servers/${handle}/operations`)).body
      .items ?? [];
  const steps = async (operation: string) => {
    const { body } = await stage.api<{ steps: WireStep[] }>('GET', `/api/operations/${operation}`);
    return body.steps;
  };
  const settled = async (handle: string) => {
    const { status, body } = await stage.api<WireServer>('GET', `/api/servers/${handle}`);
    if (status !== 200) return false;
    if (body.status === 'error') throw new Error(JSON.stringify(await operations(handle), null, 1));
    return body.status === 'ready';
  };
  const inside = async (id: number, script: string) => {
    const { code, stdout, stderr } = await hosts.exec(String(id), ['sh', '-c', script], {
      deadlineMs: 120_000,
    });
    if (code !== 0) throw new Error(`${script}: ${stderr}`);
    return stdout;
  };
  const notePasswords = () => {
    for (const server of stage.sim.servers()) {
      for (const { id, results } of server.tasks) {
        const [, password] = /Password: (\S+)/.exec(results) ?? [];
        if (password) passwords.set(`password of ${server.id}, task ${id}`, password);
      }
    }
  };
  const lastPassword = (id: number) => {
    notePasswords();
    return [...passwords].filter(([name]) => name.includes(` ${id},`)).at(-1)?.[1] ?? '';
  };
  const script = (...args: string[]) =>
    new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
      const env = {
        PATH: process.env.PATH ?? '',
        ZAVHOZ_URL: stage.url,
        ZAVHOZ_DATA_DIR: join(stage.dataDir, 'data'),
      };
      const child = execFile('./test_force_rebuild.sh', args, { env }, (_, stdout, stderr) =>
        resolve({ code: child.exitCode ?? -1, stdout, stderr }),
      );
    });
  const screen = () => stage.telegram.screen(ADMIN).map(({ text }) => text);

  /** What someone else on the network sees of a prepared server. */
  const judgeFromOutside = async (id: number) => {
    const ip = address(id);
    const byKey = await stranger.byKey(ip, 'id -un; docker info --format "{{.ServerVersion}}"');
    expect(byKey.stdout).toMatch(/^root\n\d+\.\d+/);
    expect((await stranger.byKey(ip, 'ufw status | head -1')).stdout).toBe('Status: active\n');
    const password = lastPassword(id);
    expect(password).not.toBe('');
    const byPassword = await stranger.byPassword(ip, password);
    expect(byPassword.code).not.toBe(0);
    expect(byPassword.stderr).toMatch(/Permission denied \(publickey\)/);
    expect(await stranger.openPorts(ip)).toEqual([22]);
    // With something listening the declared ones answer, and only they.
    await inside(id, `${LISTEN}\n${PUBLISH_8081}`);
    try {
      expect(await stranger.openPorts(ip)).toEqual([22, 80, 443]);
    } finally {
      await inside(id, TIDY);
    }
  };

  it('scenario 1: servers that were bought are discovered, prepared and ready', async () => {
    await stage.until(
      'a first sync',
      30,
      async () => (await stage.api<{ total: number }>('GET', '/api/servers')).status === 200,
    );
    const bought = await stage.sim.addServer();
    expect(bought.id).toBe(1001);
    const next = await stage.sim.addServer({ os: 'kvm-debian-13-x86_64' });
    for (const { id, password } of [bought, next]) {
      passwords.set(`password of ${id}, when bought`, password);
    }
    await stage.until('the software to be installed', 200, async () => {
      const [operation] = await operations('vps-1001');
      return operation?.current_step === 'install-software';
    });
    midway = await dumpDatabase(await embeddedDatabaseUrl(join(stage.dataDir, 'data')));
    for (const handle of ['vps-1001', 'vps-1002']) {
      await stage.until(`${handle} to be ready`, 400, () => settled(handle));
      const done = await operations(handle);
      expect(done.map(({ kind, status }) => `${kind} ${status}`)).toEqual(['provision succeeded']);
    }
  });

  it('scenario 1: a stranger finds SSH by key, Docker, and nothing open but what is declared', async () => {
    const key = await readFile(join(stage.dataDir, 'data/keys/orchestrator_ed25519'), 'utf8');
    stranger = await createStranger(hosts, key);
    await Promise.all([judgeFromOutside(1001), judgeFromOutside(1002)]);
  });

  it('scenario 1: the admin was told, each thing once', async () => {
    for (const id of [1001, 1002]) {
      const told = [`New server vps-${id}`, `Preparing vps-${id}`, `vps-${id} is ready`];
      for (const text of told) {
        await stage.until(`"${text}"`, 20, async () => screen().some((m) => m.includes(text)));
        expect(screen().filter((message) => message.includes(text))).toHaveLength(1);
      }
    }
    expect(stage.telegram.problems).toEqual([]);
  });

  it('scenario 2: the script rebuilds one server from nothing and keeps the disk of another', async () => {
    const before = new Map<number, string>();
    for (const id of [1001, 1002]) {
      await inside(id, 'touch /root/marker');
      before.set(id, await inside(id, IDENTITY));
    }
    expect((await script('vps-9999', '--yes')).code).toBe(2);
    const [anew, kept] = await Promise.all([
      script('vps-1001', '--yes'),
      script('vps-1002', '--reset', '--yes'),
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
    expect(await settled('vps-1001')).toBe(true);
    expect(await settled('vps-1002')).toBe(true);
    const [was, now] = [before.get(1001)?.split('\n') ?? [], await inside(1001, IDENTITY)];
    for (const line of was.filter(Boolean)) expect(now).not.toContain(line);
    expect(await inside(1002, IDENTITY)).toBe(before.get(1002));
    await Promise.all([judgeFromOutside(1001), judgeFromOutside(1002)]);
  });

  it('a second provisioning changes nothing', async () => {
    const [reset] = await operations('vps-1002');
    expect(reset).toMatchObject({ kind: 'rebuild', status: 'succeeded' });
    const done = new Map((await steps(reset?.id ?? '')).map((s) => [s.step, s.summary]));
    expect(done.get('open-access')).toMatch(/ changed=0$/);
    expect(done.get('install-software')).toMatch(/ changed=0$/);
  });

  it('no password and no key is seen in logs, tables, checkpoints, chat or command lines', async () => {
    notePasswords();
    const data = join(stage.dataDir, 'data');
    const read = async (name: string) => (await readFile(join(data, name), 'utf8')).trim();
    const secrets: Secrets = {
      ...Object.fromEntries(passwords),
      'agent key': await read('keys/orchestrator_ed25519'),
      'break-glass key': await read('keys/break_glass_ed25519'),
      'encryption key': await read('keys/encryption.key'),
      'API token': await read('api-token'),
      'database password': await read('postgres/password'),
      'queue password': await read('redis/password'),
      'provider password': stage.providerPassword,
      'bot token': stage.telegram.token,
    };
    expect(passwords.size).toBeGreaterThanOrEqual(6);
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
    const lines = commandLines.stop();
    expect(lines).toContain('ansible-playbook');
    expect(foundIn(secrets, lines)).toEqual([]);
    // and the search would have found them
    expect(foundIn(secrets, `x${passwords.values().next().value}x`)).toHaveLength(1);
    expect(foundIn(secrets, JSON.stringify(secrets['agent key']))).toEqual(['agent key']);
  });
});
