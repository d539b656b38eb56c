import { randomUUID } from 'node:crypto';
import type { ClientChannel } from 'ssh2';
import { OpsError } from '#domain/errors.ts';
import type { SshAnswer, SshTarget } from '#domain/remote.ts';
import { quoteAll } from './argv.ts';
import type { Connection } from './connect.ts';
import { cutOutput } from './output.ts';

/**
 * Runs argv on an open connection, through sudo where the target says so. Throws `login_refused`
 * (sudo), `unknown_outcome` (the connection ended before the exit code came), or the signal's reason.
 */
export async function execute(
  connection: Connection,
  target: SshTarget,
  argv: readonly string[],
  stdin: string,
  signal: AbortSignal,
): Promise<SshAnswer> {
  const sudo = target.become === 'sudo_password' ? passwordSudo(target) : null;
  const command = sudo?.command(argv) ?? plainCommand(target, argv);
  const answer = await open(connection, command, signal, (channel) =>
    converse(channel, target, stdin, sudo, signal),
  );
  const first = answer.stderr.split('\n')[0] ?? '';
  if (answer.code !== 0 && target.become === 'sudo' && /^sudo: .*password/.test(first)) {
    throw new OpsError(
      'login_refused',
      `${target.handle}: sudo asks ${target.user} for a password.`,
      {
        hint: 'Give the connection a sudo password, or allow sudo without one.',
      },
    );
  }
  if (answer.code !== 0 && /password change required/i.test(answer.stderr)) {
    throw new OpsError('login_refused', `${target.handle}: the password has to be changed first.`, {
      hint: 'Log in by hand once and change the expired password.',
    });
  }
  return answer;
}

function plainCommand(target: SshTarget, argv: readonly string[]): string {
  return target.become === 'none' ? quoteAll(argv) : `sudo -n -- ${quoteAll(argv)}`;
}

interface Sudo {
  command(argv: readonly string[]): string;
  readonly prompt: string;
  readonly ready: string;
  readonly password: string;
}

/**
 * sudo reads the password only if it asks: where it does not (NOPASSWD, a fresh ticket), a password
 * sent ahead would be the program's first input. So it is sent at the prompt, and the program's
 * own input once the program is about to start; both marks go to stderr and are taken out again.
 */
function passwordSudo(target: SshTarget): Sudo {
  const mark = randomUUID();
  const prompt = `[${mark}:password]`;
  const ready = `[${mark}:ready]`;
  const start = `printf %s '${ready}' >&2; exec "$@"`;
  return {
    prompt,
    ready,
    password: target.becomePassword?.reveal() ?? '',
    command: (argv) => `sudo -S -p '${prompt}' -- ${quoteAll(['sh', '-c', start, 'sh', ...argv])}`,
  };
}

/** `use` is called at once, not a tick later: a fast program's exit code may be in the same packet. */
function open<T>(
  connection: Connection,
  command: string,
  signal: AbortSignal,
  use: (channel: ClientChannel) => Promise<T>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    connection.client.exec(command, (error, channel) => {
      signal.removeEventListener('abort', onAbort);
      if (error)
        reject(new OpsError('unavailable', `The host opened no channel: ${error.message}`));
      else resolve(use(channel));
    });
  });
}

function converse(
  channel: ClientChannel,
  target: SshTarget,
  stdin: string,
  sudo: Sudo | null,
  signal: AbortSignal,
): Promise<SshAnswer> {
  const stdout = cutOutput();
  const stderr = cutOutput();
  let waitsFor: 'prompt' | 'ready' | null = sudo === null ? null : 'prompt';
  let head = '';
  let code: number | null | undefined;
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      // Without a terminal the program would go on after the connection is gone.
      channel.signal('KILL');
      reject(signal.reason);
    };
    const settle = (end: () => void) => {
      signal.removeEventListener('abort', onAbort);
      end();
    };
    signal.addEventListener('abort', onAbort, { once: true });
    channel.on('data', stdout.add);
    channel.stderr.on('data', (chunk: Buffer) => {
      if (sudo === null || waitsFor === null) return stderr.add(chunk);
      head += chunk.toString('latin1');
      const ready = head.indexOf(sudo.ready);
      const asked = head.split(sudo.prompt).length - 1;
      if (ready >= 0) {
        waitsFor = null;
        channel.end(stdin);
        stderr.add(Buffer.from(head.slice(ready + sudo.ready.length), 'latin1'));
      } else if (asked > 1) {
        const message = `${target.handle}: sudo refused the password of ${target.user}.`;
        settle(() => reject(new OpsError('login_refused', message)));
      } else if (asked === 1 && waitsFor === 'prompt') {
        waitsFor = 'ready';
        channel.write(`${sudo.password}\n`);
      }
    });
    channel.on('exit', (exitCode: number | null) => {
      code = exitCode;
    });
    channel.on('error', (error: Error) => settle(() => reject(error)));
    channel.on('close', () =>
      settle(() => {
        if (code === undefined) {
          const message = `${target.handle}: the connection ended before the program's exit code came.`;
          reject(new OpsError('unknown_outcome', message));
        } else if (waitsFor !== null && sudo !== null) {
          const why = head.replaceAll(sudo.prompt, '').trim().slice(0, 300);
          reject(new OpsError('login_refused', `${target.handle}: sudo did not run: ${why}`));
        } else {
          resolve({ code, stdout: stdout.text(), stderr: stderr.text() });
        }
      }),
    );
    if (sudo === null) channel.end(stdin);
  });
}
