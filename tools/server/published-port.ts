import { randomInt } from 'node:crypto';
import type { SshTarget } from '#domain/remote.ts';
import type { ToolScope } from '#domain/tool.ts';
import type { ToolDeps } from '#domain/tool-deps.ts';
import { declaredPorts } from './declared-ports.ts';

const NAME = 'zavhoz-port-probe';
const IMAGE = 'zavhoz/port-probe';
const COMMAND_MS = 30_000;
const TCP_MS = 3000;

/**
 * Ports that Docker publishes bypass UFW unless the DOCKER-USER chain closes them, so it is tried:
 * a container from an empty image (the host's own /usr is mounted into it, nothing is pulled)
 * publishes an undeclared port, which must answer on the host and must not answer from outside.
 */
export async function publishedPortIsClosed(
  target: SshTarget,
  scope: ToolScope,
  deps: ToolDeps,
): Promise<readonly string[]> {
  const run = (argv: readonly string[]) =>
    deps.ssh.run(target, argv, { timeoutMs: COMMAND_MS, signal: scope.signal });
  const port = freePort(declaredPorts(scope.server));
  // A probe that a crash left behind would hold the name.
  await run(['docker', 'rm', '-f', NAME]);
  await run(['sh', '-c', `tar -c --files-from /dev/null | docker import - ${IMAGE}`]);
  try {
    const started = await run(startContainer(port));
    if (started.code !== 0)
      return [`the port probe did not start: ${started.stderr.trim().slice(-200)}`];
    const inside = await run(answersOnHost(port));
    if (inside.code !== 0) return ['the port probe does not answer on the host itself'];
    const outside = await deps.tcp.probe(target.host, port, {
      timeoutMs: TCP_MS,
      signal: scope.signal,
    });
    return outside === 'open'
      ? [`a port published by a container (${port}) answers from outside`]
      : [];
  } finally {
    await run(['docker', 'rm', '-f', NAME]);
    await run(['docker', 'rmi', '-f', IMAGE]);
  }
}

function freePort(declared: ReadonlySet<number>): number {
  for (;;) {
    const port = randomInt(20_000, 30_000);
    if (!declared.has(port)) return port;
  }
}

function startContainer(port: number): readonly string[] {
  const mounts = ['/usr', '/lib', '/lib64', '/bin'].flatMap((path) => ['-v', `${path}:${path}:ro`]);
  return [
    ...['docker', 'run', '-d', '--name', NAME, '-p', `${port}:8000`, ...mounts, IMAGE],
    ...['/usr/bin/python3', '-m', 'http.server', '8000'],
  ];
}

/** Exit code 0 once the port accepts and answers on the host; tried for ten seconds. */
function answersOnHost(port: number): readonly string[] {
  const script = [
    'import sys, time, urllib.request',
    'for _ in range(20):',
    '    try:',
    `        urllib.request.urlopen("http://127.0.0.1:${port}/", timeout=2); sys.exit(0)`,
    '    except OSError: time.sleep(0.5)',
    'sys.exit(1)',
  ].join('\n');
  return ['python3', '-c', script];
}
