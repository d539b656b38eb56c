import { describe, expect, it } from 'vitest';
import type { PlaybookRun, SshTarget } from '#domain/remote.ts';
import { Secret } from '#domain/secret.ts';
import { INVENTORY, redact, runInputs, VARIABLES } from './inputs.ts';
import { knownHosts } from './ssh-config.ts';
import { toYaml } from './yaml.ts';

const hostKey = { type: 'ssh-ed25519', key: 'AAAA' };
const target = (changes: Partial<SshTarget> = {}): SshTarget => ({
  handle: 'vps-1',
  host: '10.0.0.1',
  port: 22,
  user: 'root',
  auth: { kind: 'password', password: new Secret('p4ss') },
  become: 'none',
  becomePassword: null,
  hostKeys: [hostKey],
  jump: null,
  ...changes,
});
const run = (changes: Partial<PlaybookRun> = {}): PlaybookRun => ({
  playbook: 'provision_access',
  target: target(),
  vars: {},
  timeoutMs: 1000,
  ...changes,
});

describe('what a run reads', () => {
  it('is an inventory of one host, without a template in it', () => {
    const { files } = runInputs(run(), '/r');
    expect(files[INVENTORY]).toMatch(/^all: \{"hosts": \{"vps-1": \{/);
    expect(files[INVENTORY]).toContain('"ansible_password": !unsafe "p4ss"');
    expect(files[INVENTORY]).toContain('"ansible_become": false');
    expect(files.known_hosts_0).toBe('10.0.0.1 ssh-ed25519 AAAA\n');
    expect(files['ssh_0.conf']).toContain('StrictHostKeyChecking yes');
    expect(files['ssh_0.conf']).not.toContain('ProxyCommand');
  });

  it('turns the key of the agent into a file', () => {
    const vars = { zavhoz_private_key: new Secret('KEY'), zavhoz_upgrade: true };
    const { files } = runInputs(run({ vars }), '/r');
    expect(files.agent_key).toBe('KEY\n');
    expect(files[VARIABLES]).toContain('"zavhoz_private_key_file": !unsafe "/r/agent_key"');
    expect(files[VARIABLES]).toContain('"zavhoz_upgrade": true');
    expect(files[VARIABLES]).not.toContain('KEY');
  });

  it('asks sudo only where the connection says so', () => {
    const sudo = target({ become: 'sudo_password', becomePassword: new Secret('b3come') });
    const { files, secrets } = runInputs(run({ target: sudo }), '/r');
    expect(files[INVENTORY]).toContain('"ansible_become": true');
    expect(files[INVENTORY]).toContain('"ansible_become_password": !unsafe "b3come"');
    expect(secrets).toEqual(['b3come', 'p4ss']);
  });

  it('refuses a hop that nobody could recognise', () => {
    const jump = target({ handle: 'jump-1', hostKeys: [] });
    expect(() => runInputs(run({ target: target({ jump }) }), '/r')).toThrow(/jump-1/);
  });

  it('finds secrets wherever they are, the longest first', () => {
    const vars = { list: [{ deep: new Secret('abc') }], other: new Secret('abcdef') };
    const { secrets } = runInputs(run({ vars }), '/r');
    expect(secrets).toEqual(['abcdef', 'p4ss', 'abc']);
    expect(redact('x abcdef abc', secrets)).toBe('x *** ***');
  });
});

describe('known_hosts', () => {
  it('names the port unless it is 22', () => {
    expect(knownHosts('10.0.0.1', 2222, [hostKey])).toBe('[10.0.0.1]:2222 ssh-ed25519 AAAA\n');
    expect(knownHosts('2001:db8::1', 22, [hostKey, hostKey]).split('\n')).toHaveLength(3);
  });
});

describe('YAML', () => {
  it('tags texts, keeps to ASCII, and writes the rest as JSON does', () => {
    expect(toYaml({ a: [1, true, null, undefined], b: undefined })).toBe(
      '{"a": [1, true, null, null]}',
    );
    expect(toYaml('{{ x }} "\n\u0085\u2028😀')).toBe(
      '!unsafe "{{ x }} \\"\\n\\u0085\\u2028\\U0001f600"',
    );
    expect(toYaml(new Secret('s'))).toBe('!unsafe "s"');
  });
});
