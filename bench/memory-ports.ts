import { createHash } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { toOpsError } from '#domain/errors.ts';
import type { HostProbe, OutsideProbe, Witness } from '#domain/health/probes.ts';
import type { HostKey, Playbooks, Ssh, SshAnswer, TcpProbe } from '#domain/remote.ts';

interface MemoryPorts {
  readonly ssh: Ssh;
  readonly tcp: TcpProbe;
  readonly playbooks: Playbooks;
  readonly hosts: HostProbe;
  readonly outside: OutsideProbe;
  readonly witnesses: readonly Witness[];
}

/** Beyond the kernel's greatest pid: a record of ours can never name a real process. */
const PGID = 5_000_000;

/**
 * Hosts of which only one thing is remembered, in a file so that a killed worker finds it again:
 * whether the access playbook has been there. All else answers as a healthy host does.
 */
export function createMemoryPorts({
  folder,
  softwareMs,
}: {
  readonly folder: string;
  /** How long the software playbook takes. */
  readonly softwareMs: number;
}): MemoryPorts {
  const mark = (host: string) => join(folder, host);
  return {
    ssh: {
      async probe({ host, auth }) {
        const prepared = existsSync(mark(host));
        return {
          outcome: prepared === (auth.kind === 'key') ? 'ok' : 'login_refused',
          hostKey: hostKeyOf(host),
          methods: prepared ? ['publickey'] : ['publickey', 'password'],
          message: prepared ? 'takes keys' : 'takes passwords',
        };
      },
      run: async (_, [program, verb]) => ok(program === 'ss' ? LISTENING : said(program, verb)),
    },
    hosts: {
      async check(_, { fresh }) {
        return { outcome: 'answered', reading: null, fresh, latencyMs: 1, message: '' };
      },
      drop: () => {},
      kept: 0,
      close: async () => {},
    },
    outside: {
      ping: async () => true,
      service: async () => ({ state: 'ok', reason: '', latencyMs: 1, expiresAt: null }),
    },
    witnesses: [{ name: 'here', ask: async () => true }],
    tcp: { probe: async (_, port) => (port === 22 ? 'open' : 'refused') },
    playbooks: {
      async run({ playbook, target, timeoutMs }, { onChild, onEvent }, signal) {
        const endsAt = new Date(Date.now() + timeoutMs).toISOString();
        const record = { machineId: 'bench', bootId: 'bench', pgid: PGID, startTime: '0', endsAt };
        await onChild(record);
        onEvent({ kind: 'task', task: playbook, index: 1, total: 2 });
        const ms = playbook === 'provision_software' ? softwareMs : 50;
        await sleep(ms, undefined, { signal }).catch(() => {
          throw toOpsError(signal.reason);
        });
        if (playbook === 'provision_access') writeFileSync(mark(target.host), '');
        await onChild(null);
        return { recap: { ok: 2, changed: 1, failures: 0, unreachable: 0 }, data: null };
      },
      end: async () => {},
    },
  };
}

const LISTENING = 'LISTEN 0 128 0.0.0.0:22 0.0.0.0:*\n';
const ok = (stdout: string): SshAnswer => ({ code: 0, stdout, stderr: '' });
const said = (program = '', verb = '') =>
  program === 'printenv' ? '192.0.2.1 50000 192.0.2.2 22\n' : verb === 'info' ? '27.3.1\n' : '';

const hostKeyOf = (host: string): HostKey => ({
  type: 'ssh-ed25519',
  key: Buffer.concat([
    Buffer.from('0000000b7373682d6564323535313900000020', 'hex'),
    createHash('sha256').update(host).digest(),
  ]).toString('base64'),
});
