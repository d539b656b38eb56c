import { describe, type Run, type RunOptions, type RunResult, runProcess } from './run.ts';

/** What a docker command answered when it failed; `code` is the CLI's exit code. */
export class DockerError extends Error {
  readonly code: number;
  readonly stderr: string;
  constructor(command: string, code: number, stderr: string) {
    super(`docker ${command} failed (${code}): ${stderr.trim().slice(-600)}`);
    this.name = 'DockerError';
    this.code = code;
    this.stderr = stderr;
  }
}

export interface Docker {
  /** Runs `docker <args>`; throws DockerError on a non-zero exit. Returns standard output, trimmed. */
  call(args: readonly string[], options?: Partial<RunOptions>): Promise<string>;
  /** The same, but a non-zero exit is an answer. */
  try(args: readonly string[], options?: Partial<RunOptions>): Promise<RunResult>;
}

const DEADLINE_MS = 60_000;

/** `command` is the docker CLI's argv, with `sudo -n` in front where the user is not in its group. */
export function createDocker({
  command = ['docker'],
  run = runProcess,
}: {
  command?: readonly string[];
  run?: Run;
} = {}): Docker {
  const attempt: Docker['try'] = (args, options = {}) =>
    run([...command, ...args], { deadlineMs: DEADLINE_MS, ...options });
  return {
    try: attempt,
    async call(args, options) {
      const { code, stdout, stderr } = await attempt(args, options);
      if (code !== 0) throw new DockerError(describe(args), code, stderr);
      return stdout.trim();
    },
  };
}

/**
 * Finds out how this user reaches the Docker engine: directly, through sudo without a password,
 * or not at all (null, with the engine's own words in `reason`).
 */
export async function findDocker(
  { run = runProcess }: { run?: Run } = {},
  signal?: AbortSignal,
): Promise<{ docker: Docker; sudo: boolean } | { docker: null; reason: string }> {
  let reason = 'the docker command is not installed';
  for (const command of [['docker'], ['sudo', '-n', 'docker']]) {
    const answer = await run([...command, 'version', '--format', '{{.Server.Version}}'], {
      deadlineMs: 15_000,
      ...(signal && { signal }),
    }).catch((error: Error) => ({ code: 255, stdout: '', stderr: error.message }));
    if (answer.code === 0) {
      return { docker: createDocker({ command, run }), sudo: command.length > 1 };
    }
    signal?.throwIfAborted();
    if (command.length === 1) reason = answer.stderr.trim();
  }
  return { docker: null, reason };
}
