import { OpsError } from '#domain/errors.ts';
import type { SshTarget } from '#domain/remote.ts';
import type { ToolDeps } from '#domain/tool-deps.ts';

const COMMAND_MS = 15_000;

/** TCP ports on which something listens beyond loopback, by `ss -H -t -l -n`. */
export async function listeningPorts(
  target: SshTarget,
  signal: AbortSignal,
  { ssh }: ToolDeps,
): Promise<readonly number[]> {
  const answer = await ssh.run(target, ['ss', '-H', '-t', '-l', '-n'], {
    timeoutMs: COMMAND_MS,
    signal,
  });
  if (answer.code !== 0) {
    throw new OpsError(
      'verification_failed',
      `Cannot list listening ports: ${answer.stderr.trim()}`,
    );
  }
  return parseListening(answer.stdout);
}

/** Column 4 is `address:port`; IPv6 addresses stand in brackets. */
export function parseListening(text: string): readonly number[] {
  const ports = text.split('\n').flatMap((line) => {
    const local = line.trim().split(/\s+/)[3] ?? '';
    const match = /^(.*):(\d+)$/.exec(local);
    if (!match || /^(127\.|\[::1\]|\[::ffff:127\.)/.test(match[1] ?? '')) return [];
    return [Number(match[2])];
  });
  return [...new Set(ports)];
}
