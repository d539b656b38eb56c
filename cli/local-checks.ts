import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { delimiter, dirname, join } from 'node:path';
import type { Io } from './io.ts';
import { tokenFile } from './token.ts';

/** As the API's own report has it. */
export interface Check {
  readonly name: string;
  readonly status: 'ok' | 'warning' | 'failed' | 'off';
  readonly detail: string;
  readonly hint: string | null;
}

/** Programs that the agent starts, and the Debian package of each. */
const PROGRAMS = [
  ['ansible-playbook', 'ansible'],
  ['ssh', 'openssh-client'],
  ['sshpass', 'sshpass'],
  ['redis-server', 'redis-server'],
] as const;

const check = (
  name: string,
  status: Check['status'],
  detail: string,
  hint: string | null = null,
): Check => ({ name, status, detail, hint });

/** What can be seen of this machine without the API: why it does not run, or would not. */
export async function localChecks(io: Io, url: string, node: string): Promise<readonly Check[]> {
  return [
    nodeCheck(node),
    await dataDirCheck(tokenFile(io)),
    ...(await Promise.all(PROGRAMS.map((program) => programCheck(io, program)))),
    await portCheck(url),
  ];
}

function nodeCheck(version: string): Check {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 20 || (major === 20 && minor >= 19)
    ? check('node', 'ok', version)
    : check('node', 'failed', version, 'Install Node.js 20.19 or newer.');
}

async function dataDirCheck(token: string): Promise<Check> {
  const dir = dirname(token);
  const found = await stat(dir).catch(() => null);
  if (found === null) {
    const hint = 'Started for the first time, the agent makes it; or set ZAVHOZ_DATA_DIR.';
    return check('data', 'warning', `${dir} is not there`, hint);
  }
  if ((found.mode & 0o077) !== 0) {
    return check('data', 'warning', `${dir} can be entered by others`, `chmod 700 ${dir}`);
  }
  const readable = await access(token, constants.R_OK).then(
    () => true,
    () => false,
  );
  return readable
    ? check('data', 'ok', dir)
    : check(
        'data',
        'warning',
        `no API token in ${dir}`,
        'npm start writes it; or set ZAVHOZ_TOKEN.',
      );
}

async function programCheck(
  { env }: Io,
  [program, debianPackage]: (typeof PROGRAMS)[number],
): Promise<Check> {
  // Debian keeps some of them where the PATH of ordinary users does not lead.
  const dirs = [...(env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin', '/sbin'];
  for (const dir of dirs.filter((it) => it !== '')) {
    const path = join(dir, program);
    const usable = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (usable) return check(program, 'ok', path);
  }
  const hint = `npm start installs it, or: sudo apt-get install ${debianPackage}`;
  return check(program, 'failed', 'not found', hint);
}

function portCheck(url: string): Promise<Check> {
  const { hostname, port, protocol } = new URL(url);
  const number = Number(port || (protocol === 'https:' ? 443 : 80));
  return new Promise((resolve) => {
    const socket = createConnection({ host: hostname, port: number, timeout: 3000 });
    const end = (result: Check) => {
      socket.destroy();
      resolve(result);
    };
    const silent = () => end(check('port', 'failed', `nothing answers at ${url}`, 'npm start'));
    const hint = 'If that is not Zavhoz, set PORT and ZAVHOZ_URL to a free port.';
    socket.once('connect', () =>
      end(check('port', 'warning', `something answers at ${url}`, hint)),
    );
    socket.once('timeout', silent);
    socket.once('error', silent);
  });
}
