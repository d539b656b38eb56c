import { type ChildProcess, spawn } from 'node:child_process';
import { open, stat, truncate } from 'node:fs/promises';
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

const logLimit = 10 * 1024 * 1024;

/**
 * Starts a server program in a session of its own, so that neither Ctrl-C nor the death of this
 * process ends it; its output goes to a file that outlives us too.
 */
export async function spawnServer(
  launcher: Launcher,
  request: { program: string; dataDir: string; args: string[] },
  logFile: string,
): Promise<ChildProcess & { pid: number }> {
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
    if (child.pid === undefined) throw new Error(`${command} did not start.`);
    return Object.assign(child, { pid: child.pid });
  } finally {
    await output.close();
  }
}
