import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../embedded/service.ts';

/** One kind of process that the supervisor keeps running. */
export interface RoleSpec {
  name: string;
  /** Program and arguments. */
  command: readonly [string, ...string[]];
  /** On top of the supervisor's common environment. */
  env?: Record<string, string>;
}

export interface Backoff {
  firstMs: number;
  maxMs: number;
  /** A process that ran this long before it ended starts over at `firstMs`. */
  resetAfterMs: number;
}

export const defaultBackoff: Backoff = { firstMs: 500, maxMs: 30_000, resetAfterMs: 60_000 };

/** Exit code (sysexits EX_CONFIG) of a role that cannot run with its settings: no restart helps. */
export const configExitCode = 78;

export interface RoleProcess {
  readonly name: string;
  pid(): number | undefined;
  /** Ends the process so that it comes back with a fresh environment. */
  restart(): void;
  /** SIGTERM, then SIGKILL after `drainMs` or once `hurry` fires. Resolves when it is gone. */
  stop(drainMs: number, hurry: AbortSignal): Promise<void>;
}

/**
 * Starts a role and starts it again whenever it ends by itself. It gets a session of its own (a
 * terminal's Ctrl-C reaches the supervisor alone, which drains in order) and an IPC channel,
 * whose closing tells it that the supervisor is gone.
 */
export function keepRunning(
  spec: RoleSpec,
  deps: {
    environment: () => NodeJS.ProcessEnv;
    log: Log;
    onConfigError: (role: string) => void;
    backoff?: Backoff;
    /** File descriptor for the output; by default the supervisor's own. */
    output?: number;
  },
): RoleProcess {
  const { log, backoff = defaultBackoff } = deps;
  const ending = new AbortController();
  let child: ChildProcess | null = null;
  let wanted = false;
  const done = loop();

  async function loop(): Promise<void> {
    let delay = backoff.firstMs;
    while (!ending.signal.aborted) {
      const startedAt = performance.now();
      const outcome = await runOnce();
      if (ending.signal.aborted) return;
      if (outcome === configExitCode) return deps.onConfigError(spec.name);
      if (wanted) {
        wanted = false;
        continue;
      }
      if (performance.now() - startedAt >= backoff.resetAfterMs) delay = backoff.firstMs;
      log('error', 'A process ended and is started again', {
        role: spec.name,
        outcome,
        inMs: delay,
      });
      await sleep(delay, undefined, { signal: ending.signal }).catch(() => {});
      delay = Math.min(delay * 2, backoff.maxMs);
    }
  }

  function runOnce(): Promise<number | string> {
    return new Promise((resolve) => {
      const output = deps.output ?? 'inherit';
      const [program, ...args] = spec.command;
      child = spawn(program, args, {
        detached: true,
        stdio: ['ignore', output, output, 'ipc'],
        env: { ...deps.environment(), ...spec.env },
      });
      child.once('error', (error) => resolve(error.message));
      child.once('exit', (code, signal) => resolve(code ?? signal ?? 'unknown'));
    });
  }

  const signalChild = (signal: NodeJS.Signals) => child?.kill(signal);

  return {
    name: spec.name,
    pid: () => child?.pid,
    restart() {
      wanted = true;
      signalChild('SIGTERM');
    },
    async stop(drainMs, hurry) {
      ending.abort();
      signalChild('SIGTERM');
      const patience = AbortSignal.any([AbortSignal.timeout(drainMs), hurry]);
      const kill = () => {
        log('warn', 'A process did not finish in time and is killed', { role: spec.name });
        signalChild('SIGKILL');
      };
      if (patience.aborted) kill();
      else patience.addEventListener('abort', kill, { once: true });
      await done;
      patience.removeEventListener('abort', kill);
    },
  };
}
