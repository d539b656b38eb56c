import { expect, it } from 'vitest';
import { OpsError } from '#domain/errors.ts';
import type { SshTarget } from '#domain/remote.ts';
import type { ToolScope } from '#domain/tool.ts';
import type { ToolDeps } from '#domain/tool-deps.ts';
import { serverEntity } from '#test/builders/server-entity.ts';
import { serverVerifyOutside } from './verify-outside.ts';

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
  const plain = serverEntity('vps-1');
  const server = { ...plain, connection: { ...plain.connection, ipv4: '192.0.2.7' } };
  const scope = {
    server,
    signal: new AbortController().signal,
    progress: async () => {},
  } as unknown as ToolScope;
  await expect(serverVerifyOutside.run({}, scope, deps)).rejects.toMatchObject({
    code: 'verification_failed',
    message: expect.stringMatching(/the key does not log in: publickey refused/),
  });
  expect(running).toBe(0);
});
