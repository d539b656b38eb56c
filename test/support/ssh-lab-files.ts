import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { KeyPair } from '#adapters/keys.ts';

const exec = promisify(execFile);

/** Passwords with everything that breaks quoting, INI files and templates. */
export const PASSWORDS = {
  root: `r00t '"#$(x) \\ {{ 7*7 }} ü`,
  deploy: `d3ploy #; '"{{ lookup('pipe', 'id') }}`,
};

/** Users, passwords, sudo rules and PAM of the lab, on top of the packages' own /etc. */
export async function writeAccounts(folder: string, packages: string, key: KeyPair): Promise<void> {
  const etc = join(folder, 'etc');
  await exec('cp', ['-a', join(packages, 'etc'), etc]);
  const users = [
    ['root', 0, PASSWORDS.root],
    ['deploy', 4001, PASSWORDS.deploy],
    ['easy', 4002, PASSWORDS.deploy],
  ] as const;
  const passwd = ['sshd:x:200:65534::/run/sshd:/usr/sbin/nologin'];
  const shadow = ['sshd:*:19000::::::'];
  await mkdir(join(folder, 'keys'));
  for (const [name, id, password] of users) {
    const home = join(folder, 'home', name);
    await mkdir(home, { recursive: true });
    await exec('chown', [String(id), home]);
    passwd.push(`${name}:x:${id}:${id}::${home}:/bin/bash`);
    shadow.push(`${name}:${await hash(password)}:19000:0:99999:7:::`);
    await writeFile(join(folder, 'keys', name), `${key.publicKey}\n`);
  }
  await writeFile(
    join(etc, 'passwd'),
    `${passwd.join('\n')}\nnobody:x:65534:65534::/:/bin/false\n`,
  );
  await writeFile(join(etc, 'group'), 'root:x:0:\nshadow:x:42:\nnogroup:x:65534:\n');
  await writeFile(join(etc, 'shadow'), `${shadow.join('\n')}\n`);
  const rules =
    'Defaults env_reset\nroot ALL=(ALL) ALL\ndeploy ALL=(ALL) ALL\neasy ALL=(ALL) NOPASSWD: ALL\n';
  await writeFile(join(etc, 'sudoers'), rules, { mode: 0o440 });
  const pam =
    'auth required pam_unix.so\naccount required pam_permit.so\nsession required pam_permit.so\n';
  await writeFile(join(etc, 'pam.d/sudo'), pam);
  await writeFile(join(etc, 'pam.d/sshd'), pam);
  await exec('chmod', ['755', folder]);
}

export function sshdConfig(
  folder: string,
  port: number,
  { passwords = true, interactive = false }: { passwords?: boolean; interactive?: boolean },
): string {
  const yes = (value: boolean) => (value ? 'yes' : 'no');
  return [
    `Port ${port}`,
    `HostKey ${folder}/host`,
    'PidFile none',
    'PermitRootLogin yes',
    'StrictModes no',
    `AuthorizedKeysFile ${folder}/keys/%u`,
    `PasswordAuthentication ${yes(passwords)}`,
    `KbdInteractiveAuthentication ${yes(interactive)}`,
    `UsePAM ${yes(interactive)}`,
    'MaxStartups 100',
    '',
  ].join('\n');
}

async function hash(password: string): Promise<string> {
  const { stdout } = await new Promise<{ stdout: string }>((resolve, reject) => {
    const child = execFile('openssl', ['passwd', '-6', '-stdin'], (error, out) =>
      error ? reject(error) : resolve({ stdout: out }),
    );
    child.stdin?.end(`${password}\n`);
  });
  return stdout.trim();
}
