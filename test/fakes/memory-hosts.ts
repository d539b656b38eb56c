import { randomBytes } from 'node:crypto';
import type { HostKey, SshAnswer, SshProbe, SshTarget } from '#domain/remote.ts';

/** A host in memory, as SSH, Ansible and a stranger's TCP see it. Tests change it at will. */
export interface MemoryHost {
  readonly address: string;
  sshPort: number;
  /** closed: sshd is down. silent: packets are dropped. gone: no way there. */
  state: 'up' | 'closed' | 'silent' | 'gone';
  hostKey: HostKey;
  passwordLogin: boolean;
  /** User name → password. */
  readonly passwords: Map<string, string>;
  /** Public keys as `type blob`, valid for every user. */
  readonly authorizedKeys: Set<string>;
  /** Open beside the SSH port. */
  readonly openPorts: Set<number>;
  docker: boolean;
  /** Counted up by each boot, where that is of interest. */
  boot?: number;
  /** Answers commands before the built-in ones do; undefined passes. */
  answer?: (argv: readonly string[], target: SshTarget) => SshAnswer | undefined;
}

export interface MemoryHosts {
  /** Adds a host, or replaces the one at this address, with a host key of its own. */
  add(address: string, changes?: Partial<Omit<MemoryHost, 'address'>>): MemoryHost;
  at(address: string): MemoryHost | undefined;
  /** What a reinstall does: another host key, empty disk, one password. */
  wipe(address: string, rootPassword: string): MemoryHost;
}

export function createMemoryHosts(): MemoryHosts {
  const hosts = new Map<string, MemoryHost>();
  const add: MemoryHosts['add'] = (address, changes = {}) => {
    const host: MemoryHost = {
      address,
      sshPort: 22,
      state: 'up',
      hostKey: newHostKey(),
      passwordLogin: true,
      passwords: new Map(),
      authorizedKeys: new Set(),
      openPorts: new Set(),
      docker: false,
      ...changes,
    };
    hosts.set(address, host);
    return host;
  };
  return {
    add,
    at: (address) => hosts.get(address),
    wipe: (address, rootPassword) => {
      const { sshPort = 22 } = hosts.get(address) ?? {};
      return add(address, { sshPort, passwords: new Map([['root', rootPassword]]) });
    },
  };
}

const newHostKey = (): HostKey => ({
  type: 'ssh-ed25519',
  key: Buffer.concat([
    Buffer.from('0000000b7373682d6564323535313900000020', 'hex'),
    randomBytes(32),
  ]).toString('base64'),
});

/** `type blob` of a public key line, without its comment. */
export const bareKey = (line: string): string => line.trim().split(/\s+/).slice(0, 2).join(' ');

/** How a login ends; `publicKeyOf` turns a private key into its public line. */
export function tryLogin(
  hosts: MemoryHosts,
  target: SshTarget,
  publicKeyOf: (privateKey: string) => string,
): SshProbe {
  const none = { hostKey: null, methods: [] };
  const where = `${target.handle} (${target.host}, port ${target.port})`;
  if (target.jump !== null) {
    const hop = tryLogin(hosts, target.jump, publicKeyOf);
    const message = `Jump host ${target.jump.handle}: ${hop.message}`;
    if (hop.outcome !== 'ok') return { ...none, outcome: 'unreachable', message };
  }
  const host = hosts.at(target.host);
  if (host === undefined || host.state === 'gone') {
    return { ...none, outcome: 'unreachable', message: `${where}: no route to host` };
  }
  if (host.state === 'silent') {
    return { ...none, outcome: 'timeout', message: `${where}: no answer` };
  }
  if (host.state === 'closed' || host.sshPort !== target.port) {
    return { ...none, outcome: 'refused', message: `${where}: connection refused` };
  }
  const { hostKey } = host;
  const recorded = target.hostKeys;
  if (
    recorded.length > 0 &&
    !recorded.some((k) => k.type === hostKey.type && k.key === hostKey.key)
  ) {
    const message = `${where}: shows another host key than recorded`;
    return { outcome: 'host_key_changed', hostKey, methods: [], message };
  }
  const methods = host.passwordLogin ? ['publickey', 'password'] : ['publickey'];
  const { auth } = target;
  const fits =
    auth.kind === 'key'
      ? host.authorizedKeys.has(bareKey(publicKeyOf(auth.privateKey.reveal())))
      : host.passwordLogin && host.passwords.get(target.user) === auth.password.reveal();
  return fits
    ? { outcome: 'ok', hostKey, methods, message: `${target.user} logged in.` }
    : { outcome: 'login_refused', hostKey, methods, message: `${where}: refused the ${auth.kind}` };
}
