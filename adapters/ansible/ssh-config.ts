import { OpsError } from '#domain/errors.ts';
import type { HostKey, SshTarget } from '#domain/remote.ts';

/** Lines of known_hosts for one host: the port stands in the name unless it is 22. */
export function knownHosts(host: string, port: number, keys: readonly HostKey[]): string {
  const name = port === 22 ? host : `[${host}]:${port}`;
  return keys.map(({ type, key }) => `${name} ${type} ${key}\n`).join('');
}

export interface SshFiles {
  /** File name → content; all of them 0600 in the run's folder. */
  readonly files: Readonly<Record<string, string>>;
  /** For `ansible_ssh_common_args`. */
  readonly commonArgs: string;
}

/**
 * Configuration for OpenSSH that leaves out the user's own and the system's: only the recorded host
 * keys count, only the given key is tried. Each hop has a file of its own, reached by ProxyCommand.
 * `folder` holds no blanks: it stands unquoted in arguments.
 */
export function sshFiles(target: SshTarget, folder: string): SshFiles {
  const files: Record<string, string> = {};
  write(target, 0);
  return { files, commonArgs: `-F ${folder}/ssh_0.conf` };

  function write(host: SshTarget, depth: number): void {
    if (host.hostKeys.length === 0) {
      throw new OpsError('invalid_input', `No host key of ${host.handle} is recorded.`, {
        hint: 'Record the host key first: a playbook never runs on a host it cannot recognise.',
      });
    }
    files[`known_hosts_${depth}`] = knownHosts(host.host, host.port, host.hostKeys);
    const lines = ['Host *', ...common(depth)];
    if (depth > 0) lines.push(...login(host, depth));
    if (host.jump !== null) {
      write(host.jump, depth + 1);
      lines.push(`ProxyCommand ${hop(host, host.jump, depth + 1)}`);
    }
    files[`ssh_${depth}.conf`] = `${lines.join('\n  ')}\n`;
  }

  function common(depth: number): string[] {
    return [
      'StrictHostKeyChecking yes',
      `UserKnownHostsFile ${folder}/known_hosts_${depth}`,
      'GlobalKnownHostsFile /dev/null',
      'UpdateHostKeys no',
      'CheckHostIP no',
      'IdentitiesOnly yes',
      'IdentityAgent none',
      // Without a file of its own, ssh would try the keys in the user's home.
      'IdentityFile none',
    ];
  }

  function login(host: SshTarget, depth: number): string[] {
    const lines = [`HostName ${host.host}`, `Port ${host.port}`, `User ${host.user}`];
    lines.push('ConnectTimeout 20', 'ServerAliveInterval 15', 'NumberOfPasswordPrompts 1');
    if (host.auth.kind === 'key') {
      files[`key_${depth}`] = keyText(host.auth.privateKey.reveal());
      return [...lines, 'BatchMode yes', `IdentityFile ${folder}/key_${depth}`];
    }
    files[`password_${depth}`] = `${host.auth.password.reveal()}\n`;
    return [...lines, 'PreferredAuthentications password,keyboard-interactive'];
  }

  function hop(host: SshTarget, jump: SshTarget, depth: number): string {
    const ask = jump.auth.kind === 'password' ? `sshpass -f ${folder}/password_${depth} ` : '';
    return `${ask}ssh -F ${folder}/ssh_${depth}.conf -W [${host.host}]:${host.port} hop`;
  }
}

/** OpenSSH refuses a private key without its last line end. */
export const keyText = (text: string): string => (text.endsWith('\n') ? text : `${text}\n`);
