import { spawn } from 'node:child_process';

export interface RunOptions {
  readonly signal?: AbortSignal;
  /** Milliseconds until the whole process group is killed. */
  readonly deadlineMs: number;
  /** Written to the child's standard input, then closed. */
  readonly input?: string;
  /** Called with each chunk of standard output and error, for progress. */
  readonly onOutput?: (chunk: string) => void;
}

export interface RunResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one argv (never a shell line). Rejects on a missing program, a deadline or an abort only. */
export type Run = (argv: readonly string[], options: RunOptions) => Promise<RunResult>;

const KEEP = 4 * 1024 * 1024; // the tail is where errors stand

export const runProcess: Run = (argv, { signal, deadlineMs, input, onOutput }) =>
  new Promise((resolve, reject) => {
    const [program, ...args] = argv;
    if (program === undefined) return reject(new Error('nothing to run'));
    if (signal?.aborted) return reject(signal.reason);
    // A group of its own, so that grandchildren (debootstrap's wget) end with it.
    const child = spawn(program, args, { detached: true, stdio: ['pipe', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    let stopped: unknown;
    const stop = (reason: unknown) => {
      if (stopped !== undefined) return;
      stopped = reason;
      killGroup(child.pid, program === 'sudo');
    };
    const onAbort = () => stop(signal?.reason ?? new Error('aborted'));
    const timer = setTimeout(
      () => stop(new Error(`${describe(argv)} was still running after ${deadlineMs} ms`)),
      deadlineMs,
    );
    signal?.addEventListener('abort', onAbort, { once: true });
    const finish = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    };
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      stdout = (stdout + chunk).slice(-KEEP);
      onOutput?.(chunk);
    });
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      stderr = (stderr + chunk).slice(-KEEP);
      onOutput?.(chunk);
    });
    child.stdin.on('error', () => {}); // a child that does not read its input is no failure
    child.stdin.end(input ?? '');
    child.on('error', (error) => {
      finish();
      reject(new Error(`${program} could not be started: ${error.message}`, { cause: error }));
    });
    child.on('close', (code) => {
      finish();
      if (stopped !== undefined) reject(stopped);
      else resolve({ code: code ?? 255, stdout, stderr });
    });
  });

/** The first words of a command: enough to recognise it, without its data. */
export const describe = (argv: readonly string[]): string => argv.slice(0, 4).join(' ');

function killGroup(pid: number | undefined, viaSudo: boolean) {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Root's children of an ordinary user's sudo: only root may end them.
    if (viaSudo) spawn('sudo', ['-n', 'kill', '-KILL', '--', `-${pid}`], { stdio: 'ignore' });
  }
}
