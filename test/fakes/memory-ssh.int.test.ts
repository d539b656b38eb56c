import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureKeyPair } from '#adapters/keys.ts';
import type { SshTarget } from '#domain/remote.ts';
import { sshContract } from '../contracts/ssh-contract.ts';
import { bareKey, createMemoryHosts } from './memory-hosts.ts';
import { createMemorySsh } from './memory-ssh.ts';

sshContract('in memory', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'zavhoz-keys-'));
  const [key, other] = await Promise.all(
    ['a', 'b'].map((name) => ensureKeyPair(join(folder, name), name)),
  );
  if (key === undefined || other === undefined) throw new Error('no keys');
  const hosts = createMemoryHosts();
  const host = hosts.add('10.0.0.1', {
    passwords: new Map([['root', 'pw']]),
    authorizedKeys: new Set([bareKey(key.publicKey)]),
  });
  hosts.add('10.0.0.2', { state: 'closed' });
  hosts.add('10.0.0.3', { state: 'silent' });
  const target = (changes: Partial<SshTarget> = {}): SshTarget => ({
    handle: 'vps-1',
    host: '10.0.0.1',
    port: 22,
    user: 'root',
    auth: { kind: 'key', privateKey: key.privateKey },
    become: 'none',
    becomePassword: null,
    hostKeys: [host.hostKey],
    jump: null,
    ...changes,
  });
  return {
    ssh: createMemorySsh(hosts),
    target,
    rootPassword: 'pw',
    hostKey: host.hostKey,
    otherHostKey: hosts.add('10.0.0.9').hostKey,
    otherPrivateKey: other.privateKey,
    closed: target({ host: '10.0.0.2' }),
    silent: target({ host: '10.0.0.3' }),
    gone: target({ host: '10.0.0.4' }),
    stop: () => rm(folder, { recursive: true, force: true }),
  };
});
