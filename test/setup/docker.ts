import { execFileSync } from 'node:child_process';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    docker: boolean;
  }
}

/** Tells the real-host tests whether a Docker engine answers; without one they are skipped, in CI they fail. */
export default function setup(project: TestProject): void {
  const reason = whyNoDocker();
  project.provide('docker', reason === null);
  if (reason === null) return;
  const line = `Real-host tests need the Docker engine (${reason}). To enable them: node setup.mjs test`;
  if (process.env.CI === 'true') throw new Error(line);
  console.warn(`SKIPPED: ${line}`);
}

function whyNoDocker(): string | null {
  try {
    execFileSync('docker', ['info', '--format', '{{.ServerVersion}}'], {
      timeout: 15_000,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    return null;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      return 'docker is not installed';
    }
    const stderr = error instanceof Error && 'stderr' in error ? String(error.stderr) : '';
    return stderr.trim().split('\n').at(-1) || 'it does not answer';
  }
}
