import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';

const RESTART_MS = 300;

/**
 * The product's own roles as processes, as `ZAVHOZ_ROLE` starts them on several machines. One that
 * ends by itself is started again, as a supervisor does.
 */
export function createRoles(env: Readonly<Record<string, string>>, logFile: string) {
  const running = new Map<string, ChildProcess>();
  let stopped = false;
  let deaths = 0;

  function start(name: string, role: string, extra: Readonly<Record<string, string>>): void {
    const out = openSync(logFile, 'a');
    const child = spawn(process.execPath, ['dist/app/main.js'], {
      stdio: ['ignore', out, out],
      env: {
        PATH: process.env.PATH ?? '',
        HOME: process.env.HOME ?? '',
        ...env,
        ZAVHOZ_ROLE: role,
        ...extra,
      },
    });
    closeSync(out);
    running.set(name, child);
    child.once('exit', () => {
      if (stopped) return;
      deaths++;
      setTimeout(() => {
        if (!stopped) start(name, role, extra);
      }, RESTART_MS);
    });
  }

  // A run that is cut short runs no clean-up.
  const onExit = () => {
    for (const child of running.values()) child.kill('SIGKILL');
  };
  process.once('exit', onExit);

  return {
    start: (
      name: string,
      role: 'api' | 'bot' | 'worker',
      extra: Readonly<Record<string, string>> = {},
    ) => start(name, role, extra),
    /** kill -9; it comes back by itself. */
    kill(name: string): void {
      running.get(name)?.kill('SIGKILL');
    },
    /** How often a role ended without being asked to. */
    get deaths(): number {
      return deaths;
    },
    async tail(lines = 40): Promise<string> {
      const log = await readFile(logFile, 'utf8').catch(() => '');
      return log
        .split('\n')
        .filter((line) => !line.includes('"debug"'))
        .slice(-lines)
        .join('\n');
    },
    async stop(): Promise<void> {
      stopped = true;
      process.off('exit', onExit);
      for (const child of running.values()) {
        if (child.exitCode !== null || child.signalCode !== null) continue;
        const gone = once(child, 'exit');
        child.kill('SIGKILL');
        await gone;
      }
    },
  };
}
export type Roles = ReturnType<typeof createRoles>;
