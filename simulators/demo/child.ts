import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { findProcess, type ProcessInfo } from '#app/embedded/process-info.ts';
import type { Places } from './places.ts';

export interface Child {
  readonly process: ChildProcess;
  /** Names the process for good; null when it could not be started. */
  readonly info: ProcessInfo | null;
  /** How it ended, in words. */
  readonly ended: Promise<string>;
  hasEnded(): boolean;
  /** SIGTERM, and SIGKILL after the deadline (milliseconds). Resolves when it is gone. */
  stop(deadlineMs: number): Promise<void>;
  /** Another SIGTERM: to whom understands it, "at once". */
  hurry(): void;
}

/** What the starters of the demo's processes need. */
export interface Starting {
  readonly places: Places;
  /** Ends the wait until it is ready. */
  readonly signal: AbortSignal;
  /** Remembers the process before anything else happens. */
  readonly started: (child: Child) => Promise<void>;
}

/**
 * Starts a Node.js script in a session of its own: a terminal's Ctrl-C reaches the demo alone,
 * which stops its processes in order. They notice by themselves when the demo is killed.
 */
export function startChild(
  script: string,
  args: readonly string[],
  options: Pick<SpawnOptions, 'env' | 'stdio'>,
): Child {
  const child = spawn(process.execPath, [script, ...args], { ...options, detached: true });
  let over = false;
  const ended = new Promise<string>((resolve) => {
    const end = (how: string) => {
      over = true;
      resolve(how);
    };
    child.once('error', (error) => end(error.message));
    child.once('exit', (code, signal) => end(signal ?? `exit code ${code}`));
  });
  return {
    process: child,
    info: findProcess(child.pid ?? 0),
    ended,
    hasEnded: () => over,
    async stop(deadlineMs) {
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), deadlineMs);
      await ended;
      clearTimeout(timer);
    },
    hurry: () => void child.kill('SIGTERM'),
  };
}
