import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ensureKeyPair } from '#adapters/keys.ts';
import type { SshTarget } from '#domain/remote.ts';
import { Secret } from '#domain/secret.ts';
import { playbooksContract } from '../contracts/playbooks-contract.ts';
import { createMemoryHosts } from './memory-hosts.ts';
import { createMemoryPlaybooks } from './memory-playbooks.ts';

playbooksContract('in memory', async () => {
  const hosts = createMemoryHosts();
  const host = hosts.add('10.0.0.1', { passwords: new Map([['root', 'pw']]) });
  const playbooks = createMemoryPlaybooks(hosts);
  const target = (changes: Partial<SshTarget> = {}): SshTarget => ({
    handle: 'vps-1',
    host: '10.0.0.1',
    port: 22,
    user: 'root',
    auth: { kind: 'password', password: new Secret('pw') },
    become: 'none',
    becomePassword: null,
    hostKeys: [host.hostKey],
    jump: null,
    ...changes,
  });
  return {
    playbooks,
    target,
    otherHostKey: hosts.add('10.0.0.2').hostKey,
    closedPort: 2200,
    failingTask: 'Install packages',
    data: { overall: 'ok' },
    run(kind, changes) {
      playbooks.hang('provision_software', kind === 'hang');
      if (kind === 'fail') playbooks.failNext('provision_software', 'dpkg broke');
      if (kind === 'change') host.docker = false;
      const playbook = kind === 'data' ? 'health_check' : 'provision_software';
      return { playbook, target: target(), vars: {}, timeoutMs: 20_000, ...changes };
    },
    ran: () => playbooks.runs.length,
    stop: async () => {},
  };
});

describe('the playbooks in memory', () => {
  it('open the host by the keys given, close password logins, and change nothing twice', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'zavhoz-keys-'));
    const key = await ensureKeyPair(join(folder, 'key'), 'agent');
    await rm(folder, { recursive: true });
    const hosts = createMemoryHosts();
    const host = hosts.add('10.0.0.1', { passwords: new Map([['root', 'pw']]) });
    const playbooks = createMemoryPlaybooks(hosts);
    const target: SshTarget = {
      handle: 'vps-1',
      host: '10.0.0.1',
      port: 22,
      user: 'root',
      auth: { kind: 'password', password: new Secret('pw') },
      become: 'none',
      becomePassword: null,
      hostKeys: [host.hostKey],
      jump: null,
    };
    const vars = { zavhoz_authorized_keys: [key.publicKey] };
    const run = { playbook: 'provision_access', target, vars, timeoutMs: 1000 } as const;
    const hooks = { onChild: async () => {}, onEvent: () => {} };
    const { signal } = new AbortController();
    expect((await playbooks.run(run, hooks, signal)).recap.changed).toBe(1);
    await expect(playbooks.run(run, hooks, signal)).rejects.toMatchObject({
      code: 'login_refused',
    });
    const auth = { kind: 'key', privateKey: key.privateKey } as const;
    const again = await playbooks.run({ ...run, target: { ...target, auth } }, hooks, signal);
    expect(again.recap.changed).toBe(0);
  });
});
