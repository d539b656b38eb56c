import type { PlaybookRun } from '#domain/remote.ts';
import { Secret } from '#domain/secret.ts';
import { keyText, sshFiles } from './ssh-config.ts';
import { toYaml } from './yaml.ts';

export interface RunInputs {
  /** File name → content; all of them 0600 in the run's folder. */
  readonly files: Readonly<Record<string, string>>;
  /** Every text that must not appear in a message. */
  readonly secrets: readonly string[];
}

/** Names of the files that ansible-playbook is given. */
export const INVENTORY = 'inventory.yml';
export const VARIABLES = 'variables.yml';

/**
 * What one run reads: an inventory of exactly one host, the extra variables, keys, known hosts.
 * A Secret under `zavhoz_private_key` becomes a file, named by `zavhoz_private_key_file`.
 */
export function runInputs({ target, vars }: PlaybookRun, folder: string): RunInputs {
  const ssh = sshFiles(target, folder);
  const files: Record<string, string> = { ...ssh.files };
  const { zavhoz_private_key: agentKey, ...others } = vars;

  const host: Record<string, unknown> = {
    ansible_connection: 'ssh',
    ansible_host: target.host,
    ansible_port: target.port,
    ansible_user: target.user,
    ansible_ssh_common_args: ssh.commonArgs,
    ansible_host_key_checking: true,
    ansible_become: target.become !== 'none',
    ansible_become_method: 'sudo',
  };
  if (target.auth.kind === 'key') {
    files.key = keyText(target.auth.privateKey.reveal());
    host.ansible_ssh_private_key_file = `${folder}/key`;
  } else {
    host.ansible_password = target.auth.password;
  }
  if (target.become === 'sudo_password') host.ansible_become_password = target.becomePassword;

  const extra: Record<string, unknown> = {
    zavhoz_ssh_port: target.port,
    zavhoz_known_hosts_file: `${folder}/known_hosts_0`,
    ...others,
  };
  if (agentKey instanceof Secret) {
    files.agent_key = keyText(agentKey.reveal());
    extra.zavhoz_private_key_file = `${folder}/agent_key`;
  } else if (target.auth.kind === 'key') {
    extra.zavhoz_private_key_file ??= `${folder}/key`;
  }
  files[INVENTORY] = `all: {"hosts": {${JSON.stringify(target.handle)}: ${toYaml(host)}}}\n`;
  files[VARIABLES] = `${toYaml(extra)}\n`;
  return { files, secrets: secretsIn([target, vars]) };
}

/** The texts of all secrets in a value, the longest first, so that none is left half shown. */
function secretsIn(value: unknown): string[] {
  const found = new Set<string>();
  const visit = (item: unknown): void => {
    if (item instanceof Secret) found.add(item.reveal());
    else if (typeof item === 'object' && item !== null) Object.values(item).forEach(visit);
  };
  visit(value);
  return [...found].filter((text) => text.length > 2).sort((a, b) => b.length - a.length);
}

/** Takes known secrets out of a text that goes to people or logs. */
export const redact = (text: string, secrets: readonly string[]): string =>
  secrets.reduce((left, secret) => left.replaceAll(secret, '***'), text);
