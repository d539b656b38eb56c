import { randomInt } from 'node:crypto';
import type { SshTarget } from '#domain/remote.ts';
import type { ToolScope } from '#domain/tool.ts';
import type { ToolDeps } from '#domain/tool-deps.ts';
import { declaredPorts } from './declared-ports.ts';
import { opensOutside } from './opens-outside.ts';

const NAME = 'zavhoz-port-probe';
const IMAGE = 'zavhoz/port-probe';
const COMMAND_MS = 30_000;
const NOT_STARTED = 3;

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
  try {
    const started = await run(['sh', '-c', START, 'sh', String(port), WAIT]);
    if (started.code === NOT_STARTED)
      return [`the port probe did not start: ${started.stderr.trim().slice(-200)}`];
    if (started.code !== 0) return ['the port probe does not answer on the host itself'];
    return (await opensOutside(target.host, port, scope.signal, deps))
      ? [`a port published by a container (${port}) answers from outside`]
      : [];
  } finally {
    await run(['sh', '-c', `docker rm -f ${NAME}; docker rmi -f ${IMAGE}`]);
  }
}

function freePort(declared: ReadonlySet<number>): number {
  for (;;) {
    const port = randomInt(20_000, 30_000);
    if (!declared.has(port)) return port;
  }
}

const MOUNTS = ['/usr', '/lib', '/lib64', '/bin'].map((path) => `-v ${path}:${path}:ro`).join(' ');

/** Over one connection: a probe that a crash left behind would hold the name. $1 port, $2 wait. */
const START = `
docker rm -f ${NAME} >/dev/null 2>&1
tar -c --files-from /dev/null | docker import - ${IMAGE} >/dev/null || exit ${NOT_STARTED}
docker run -d --name ${NAME} -p "$1:8000" ${MOUNTS} ${IMAGE} \\
  /usr/bin/python3 -m http.server 8000 >/dev/null || exit ${NOT_STARTED}
exec python3 -c "$2" "$1"`;

/** Exit code 0 once the port accepts and answers on the host; tried for ten seconds. */
const WAIT = `
import sys, time, urllib.request
for _ in range(200):
    try:
        urllib.request.urlopen("http://127.0.0.1:%s/" % sys.argv[1], timeout=2); sys.exit(0)
    except OSError: time.sleep(0.05)
sys.exit(1)`;
