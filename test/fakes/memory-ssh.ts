import { setTimeout as wait } from 'node:timers/promises';
import { describeKey } from '#adapters/keys.ts';
import { OpsError, toOpsError } from '#domain/errors.ts';
import type { Ssh, SshAnswer, SshProbe, SshTarget, TcpProbe } from '#domain/remote.ts';
import { type MemoryHost, type MemoryHosts, tryLogin } from './memory-hosts.ts';

const publicKeyOf = (text: string): string => describeKey(text).publicKey;

/** SSH to hosts in memory, with a few programs: enough for the product's own commands. */
export function createMemorySsh(hosts: MemoryHosts): Ssh {
  async function login(
    target: SshTarget,
    timeoutMs: number,
    signal: AbortSignal,
  ): Promise<SshProbe> {
    if (signal.aborted) throw stopped(signal);
    const probe = tryLogin(hosts, target, publicKeyOf);
    if (probe.outcome === 'timeout') await pause(timeoutMs, signal);
    return probe;
  }
  return {
    probe: (target, { timeoutMs, signal }) => login(target, timeoutMs, signal),
    async run(target, argv, { timeoutMs, signal, stdin = '' }) {
      if (argv.length === 0) throw new OpsError('invalid_input', 'There is no program to run.');
      const probe = await login(target, timeoutMs, signal);
      const host = hosts.at(target.host);
      if (probe.outcome !== 'ok' || host === undefined) throw loginError(probe);
      const seconds = argv[0] === 'sleep' ? Number(argv[1]) : 0;
      if (seconds > 0) {
        await pause(Math.min(seconds * 1000, timeoutMs), signal);
        if (seconds * 1000 > timeoutMs) throw new OpsError('timeout', 'no answer');
      }
      return host.answer?.(argv, target) ?? builtIn(host, argv, stdin, target);
    },
  };
}

/** What a failed login is as an error, as the real adapters translate it. */
export function loginError({ outcome, message }: SshProbe): OpsError {
  const code = outcome === 'refused' || outcome === 'ok' ? 'unreachable' : outcome;
  return new OpsError(code, message);
}

function builtIn(
  host: MemoryHost,
  argv: readonly string[],
  stdin: string,
  target: SshTarget,
): SshAnswer {
  const ok = (stdout = ''): SshAnswer => ({ code: 0, stdout, stderr: '' });
  const [program, ...args] = argv;
  if (program === 'echo') return ok(`${args.join(' ')}\n`);
  if (program === 'cat') return ok(stdin);
  if (program === 'false') return { ...ok(), code: 1 };
  if (program === 'id') {
    return ok(target.user === 'root' || target.become !== 'none' ? '0\n' : '1000\n');
  }
  if (program === 'printenv') return ok('127.0.0.1 50000 127.0.0.1 22\n');
  if (program === 'ss') return ok(listening(host));
  if (program === 'docker' && !host.docker) {
    return { code: 127, stdout: '', stderr: 'docker: command not found\n' };
  }
  if (program === 'docker' && args[0] === 'info') return ok('27.3.1\n');
  return ok();
}

const listening = (host: MemoryHost): string =>
  [host.sshPort, ...host.openPorts]
    .map((port) => `LISTEN 0 128 0.0.0.0:${port} 0.0.0.0:*\n`)
    .join('');

/** TCP to hosts in memory. */
export function createMemoryTcpProbe(hosts: MemoryHosts): TcpProbe {
  return {
    async probe(address, port, { signal }) {
      if (signal.aborted) throw stopped(signal);
      const host = hosts.at(address);
      if (host === undefined || host.state === 'silent' || host.state === 'gone') return 'filtered';
      const ssh = port === host.sshPort && host.state === 'up';
      return ssh || host.openPorts.has(port) ? 'open' : 'refused';
    },
  };
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  try {
    await wait(milliseconds, undefined, { signal });
  } catch {
    throw stopped(signal);
  }
}

const stopped = (signal: AbortSignal): OpsError => toOpsError(signal.reason);
