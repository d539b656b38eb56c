import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Hosts } from '#simulators/hosts/hosts.ts';
import { ADMIN, type Stage } from './stage.ts';
import type { Stranger } from './stranger.ts';

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
export type MainDesk = ReturnType<typeof createMainDesk>;

/** What the tests on real hosts ask of the agent, of its hosts and of a stranger. */
export function createMainDesk(stage: Stage, hosts: Hosts) {
  /** Root passwords that anybody was ever told, by where they come from. */
  const passwords = new Map<string, string>();
  const address = (id: number) => stage.sim.servers().find((server) => server.id === id)?.ip ?? '';

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
  const judge = async (stranger: Stranger, id: number) => {
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

  return { passwords, operations, steps, settled, inside, notePasswords, script, screen, judge };
}
