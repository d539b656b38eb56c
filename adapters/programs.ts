import { spawn } from 'node:child_process';
import { OpsError } from '#domain/errors.ts';
import type { Logger, Programs } from '#domain/ports.ts';
import { abortError, startDeadline } from './abort.ts';
import { endGroup } from './process-group.ts';

const DEFAULT_OUTPUT_BYTES = 1024 * 1024;
/** How long output may still come after the program itself has ended. */
const DRAIN_MS = 1000;

/**
 * Programs of this machine, each in a process group of its own. `timedOut` tells that the deadline
 * ended it; an abort throws. stdout and stderr are cut at `maxOutputBytes` each (`truncated`).
 * The environment is exactly `env` (PATH where it is not given is the system's usual one).
 */
export function createPrograms({ log }: { readonly log: Logger }): Programs {
  return {
    async run(argv, { stdin, env, cwd, timeoutMs, maxOutputBytes, signal }) {
      const [program, ...args] = argv;
      if (signal.aborted) throw abortError(signal, program);
      const deadline = startDeadline(timeoutMs, signal);
      const child = spawn(program, args, {
        cwd,
        env: { PATH: SYSTEM_PATH, ...env },
        detached: true,
        stdio: ['pipe', 'pipe', 'pipe'],
      });
      const stdout = collect(child.stdout, maxOutputBytes ?? DEFAULT_OUTPUT_BYTES);
      const stderr = collect(child.stderr, maxOutputBytes ?? DEFAULT_OUTPUT_BYTES);
      // A program that does not read its input is no failure of ours.
      child.stdin.on('error', () => {});
      child.stdin.end(stdin ?? '');

      try {
        const code = await new Promise<number | null>((resolve, reject) => {
          let ending: Promise<boolean> | undefined;
          const end = () => {
            ending ??= child.pid === undefined ? Promise.resolve(true) : endGroup(child.pid);
            return ending;
          };
          const onAbort = () => void end();
          deadline.signal.addEventListener('abort', onAbort, { once: true });
          child.once('error', (error) => reject(cannotStart(program, error)));
          child.once('exit', (exitCode) => {
            // A grandchild may keep the pipes open for ever: what is left of the group ends too.
            const drain = setTimeout(() => void end().then(() => finish(exitCode)), DRAIN_MS);
            child.once('close', () => {
              clearTimeout(drain);
              finish(exitCode);
            });
          });
          const finish = (exitCode: number | null) => {
            deadline.signal.removeEventListener('abort', onAbort);
            void (deadline.signal.aborted ? end() : Promise.resolve(true)).then(() => {
              child.stdout.destroy();
              child.stderr.destroy();
              resolve(exitCode);
            });
          };
        });
        if (signal.aborted && !deadline.expired) throw abortError(signal, program);
        const truncated = stdout.truncated() || stderr.truncated();
        log.debug({ program, code, timed_out: deadline.expired, truncated }, 'program ended');
        return {
          code,
          stdout: stdout.text(),
          stderr: stderr.text(),
          timedOut: deadline.expired,
          truncated,
        };
      } finally {
        deadline.clear();
      }
    },
  };
}

/** What Debian gives a service; nothing of our own environment leaks into a program. */
export const SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

function cannotStart(program: string, error: NodeJS.ErrnoException): OpsError {
  const why = error.code === 'ENOENT' ? 'it is not installed' : (error.code ?? error.message);
  return new OpsError('unavailable', `${program} cannot be started: ${why}.`, {
    retry: 'no',
    hint: `Install ${program} or correct its path.`,
    cause: error,
  });
}

function collect(stream: NodeJS.ReadableStream, limit: number) {
  const chunks: Buffer[] = [];
  let size = 0;
  let cut = false;
  stream.on('data', (chunk: Buffer) => {
    const room = limit - size;
    if (chunk.length > room) cut = true;
    if (room <= 0) return;
    chunks.push(chunk.length > room ? chunk.subarray(0, room) : chunk);
    size += Math.min(chunk.length, room);
  });
  return {
    text: () => Buffer.concat(chunks).toString('utf8'),
    truncated: () => cut,
  };
}
