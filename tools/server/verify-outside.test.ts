import { expect, it } from 'vitest';
import { OpsError } from '#domain/errors.ts';
import type { SshTarget } from '#domain/remote.ts';
import type { ToolScope } from '#domain/tool.ts';
import type { ToolDeps } from '#domain/tool-deps.ts';
import { serverEntity } from '#test/builders/server-entity.ts';
import { serverVerifyOutside } from './verify-outside.ts';

function verify(deps: ToolDeps) {
  const plain = serverEntity('vps-1');
  const server = { ...plain, connection: { ...plain.connection, ipv4: '192.0.2.7' } };
  const signal = new AbortController().signal;
  const scope = { server, signal, progress: async () => {} } as unknown as ToolScope;
  return serverVerifyOutside.run({}, scope, deps);
}

it('a host that the key does not open is told as that, once nothing is tried on it any more', async () => {
  let running = 0;
  const later = async <T>(value: T) => {
    running++;
    await new Promise((resolve) => setImmediate(resolve));
    running--;
    return value;
  };
  const deps = {
    ssh: {
      probe: async ({ auth }: SshTarget) =>
        auth.kind === 'key'
          ? { outcome: 'login_refused', message: 'publickey refused', methods: ['publickey'] }
          : later({ outcome: 'login_refused', message: '', methods: ['publickey'] }),
      run: () => later(null).then(() => Promise.reject(new OpsError('login_refused', 'run'))),
    },
    clock: { sleep: () => later(undefined) },
    tcp: { probe: () => later('filtered') },
    credentials: { current: async () => null },
    hostKeys: { list: async () => [] },
    keys: {},
  } as unknown as ToolDeps;
  await expect(verify(deps)).rejects.toMatchObject({
    code: 'verification_failed',
    message: expect.stringMatching(/the key does not log in: publickey refused/),
  });
  expect(running).toBe(0);
});

it('a host on which Compose does not answer is told as that, and so is one without Docker', async () => {
  const looksAt = (answers: Readonly<Record<string, number>>) => {
    const run = async (_: SshTarget, argv: readonly string[]) => {
      const name = argv.join(' ').includes('docker-compose') ? 'compose' : (argv[0] ?? '');
      const code = answers[name] ?? 0;
      return { code, stdout: code === 0 ? '27.3.1' : '', stderr: code === 0 ? '' : `no ${name}` };
    };
    const deps = {
      ssh: {
        probe: async ({ auth }: SshTarget) =>
          auth.kind === 'key'
            ? { outcome: 'ok', message: '', methods: [] }
            : { outcome: 'login_refused', message: '', methods: ['publickey'] },
        run,
      },
      clock: { sleep: async () => {} },
      tcp: { probe: async () => 'filtered' },
      credentials: { current: async () => null },
      hostKeys: { list: async () => [] },
      keys: {},
    } as unknown as ToolDeps;
    return verify(deps);
  };
  await expect(looksAt({})).resolves.toMatchObject({ checked: expect.arrayContaining(['docker']) });
  await expect(looksAt({ compose: 127 })).rejects.toMatchObject({
    code: 'verification_failed',
    message: 'vps-1: Compose does not answer: no compose.',
  });
  await expect(looksAt({ docker: 127 })).rejects.toMatchObject({
    message: expect.stringContaining('Docker does not run: no docker'),
  });
});
