import { spawn } from 'node:child_process';
import { open, readFile, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { ignoreMissing, writePrivately } from './files.ts';
import { findProcess, type ProcessInfo } from './process-info.ts';
import { type Launcher, serverEnv } from './unprivileged.ts';

export type Log = (
  level: 'info' | 'warn' | 'error',
  message: string,
  fields?: Record<string, unknown>,
) => void;

/** A database server that this agent runs for itself. */
export interface EmbeddedService {
  /** With the password inside: never log it. */
  url: string;
  pid: number;
  alive(): boolean;
  /** Shuts it down cleanly; hurries once `signal` fires. Returns when the process is gone. */
  stop(signal?: AbortSignal): Promise<void>;
}

/** The service of a running process; `end` is what stops it. */
export function serviceOf(
  info: ProcessInfo,
  url: string,
  end: (pid: number, signal?: AbortSignal) => Promise<void>,
): EmbeddedService {
  const alive = () => findProcess(info.pid)?.startTime === info.startTime;
  return {
    url,
    pid: info.pid,
    alive,
    stop: async (signal) => {
      if (alive()) await end(info.pid, signal);
    },
  };
}

/** The server that an earlier agent started in `home` and that still runs; null without one. */
export async function recordedServer(home: string): Promise<ProcessInfo | null> {
  const content = await readFile(recordOf(home), 'utf8').catch(ignoreMissing);
  if (content === undefined) return null;
  try {
    const { pid, startTime } = JSON.parse(content) as ProcessInfo;
    const found = findProcess(pid);
    return found?.startTime === startTime ? found : null;
  } catch {
    return null;
  }
}

export const logOf = (home: string) => join(home, 'server.log');
const recordOf = (home: string) => join(home, 'process');
const logLimit = 10 * 1024 * 1024;

/**
 * Starts a server program in a session of its own, so that neither Ctrl-C nor the death of this
 * process ends it; its output goes to a file in `home` that outlives us too.
 */
export async function spawnServer(
  launcher: Launcher,
  request: { program: string; dataDir: string; args: string[] },
  home: string,
): Promise<ProcessInfo> {
  const logFile = logOf(home);
  const size = await stat(logFile).then(
    ({ size }) => size,
    () => 0,
  );
  if (size > logLimit) await truncate(logFile);
  const output = await open(logFile, 'a', 0o600);
  try {
    const [command, args] = launcher.command(request);
    const child = spawn(command, args, {
      cwd: request.dataDir,
      detached: true,
      stdio: ['ignore', output.fd, output.fd],
      env: serverEnv,
    });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
    child.unref();
    const info = findProcess(child.pid ?? 0) ?? { pid: child.pid ?? 0, startTime: '' };
    await writePrivately(recordOf(home), `${JSON.stringify(info)}\n`);
    return info;
  } finally {
    await output.close();
  }
}
