import { describe, expect, it } from 'vitest';
import type { ToolScope } from '#domain/tool.ts';
import type { ToolDeps } from '#domain/tool-deps.ts';
import { serverEntity } from '#test/builders/server-entity.ts';
import { serverRestartServices } from './restart-services.ts';

/** A host that answers commands by what their line contains; the rest succeeds in silence. */
async function restart(answers: Readonly<Record<string, string | number>>) {
  const ran: string[] = [];
  const deps = {
    ssh: {
      run: async (_: unknown, argv: readonly string[]) => {
        const line = argv.join(' ');
        if (line.includes('restart')) ran.push(line);
        const found = Object.entries(answers).find(([part]) => line.includes(part))?.[1];
        const code = typeof found === 'number' ? found : 0;
        return { code, stdout: typeof found === 'string' ? found : '', stderr: '' };
      },
    },
    credentials: { current: async () => null },
    hostKeys: { list: async () => [] },
    keys: {},
  } as unknown as ToolDeps;
  const scope = {
    server: serverEntity('vps-1'),
    signal: new AbortController().signal,
    progress: async () => {},
  } as unknown as ToolScope;
  return { ...(await serverRestartServices.run({}, scope, deps)), ran };
}

describe('server_restart_services', () => {
  it('restarts nothing where nothing failed', async () => {
    expect(await restart({ 'is-enabled': 'enabled\n' })).toEqual({
      ...{ restarted: [], failed: [], ran: [] },
    });
  });

  it('restarts a silent Docker, and leaves one alone that nobody enabled', async () => {
    const silent = await restart({ 'is-enabled': 'enabled\n', 'docker info': 124 });
    expect(silent.ran).toEqual(['systemctl restart docker']);
    const absent = await restart({ 'is-enabled': 'disabled\n', 'docker info': 127 });
    expect(absent.ran).toEqual([]);
  });

  it('restarts failed units, and says which did not come up', async () => {
    const seen = await restart({
      'list-units':
        'web.service loaded failed failed Web\n; rm -rf / x\ndb.service loaded failed\n',
      'restart -- db.service': 1,
    });
    expect(seen).toMatchObject({ restarted: ['web.service'], failed: ['db.service'] });
    expect(seen.ran).toEqual([
      ...['systemctl restart -- web.service', 'systemctl restart -- db.service'],
    ]);
  });

  it('starts containers again that died, not those that somebody stopped', async () => {
    const seen = await restart({
      'health=unhealthy': 'api\n',
      'status=exited': 'worker\nstopped\nonce\n',
      inspect: '/worker always 1\n/stopped always 143\n/once no 1\n',
    });
    expect(seen.restarted).toEqual(['container api', 'container worker']);
  });
});
