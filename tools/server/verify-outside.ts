import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { OpsError } from '#domain/errors.ts';
import type { SshTarget } from '#domain/remote.ts';
import { Secret } from '#domain/secret.ts';
import { defineTool, type ToolScope } from '#domain/tool.ts';
import type { ToolDeps } from '#domain/tool-deps.ts';
import { declaredPorts } from './declared-ports.ts';
import { listeningPorts } from './listening-ports.ts';
import { opensOutside } from './opens-outside.ts';
import { publishedPortIsClosed } from './published-port.ts';
import { sshTarget } from './target.ts';

const LOGIN_MS = 10_000;
const COMMAND_MS = 20_000;

/** Ports that stand open by mistake most often; tried whether or not something listens there. */
const USUAL_SUSPECTS = [21, 23, 25, 111, 2375, 3306, 5432, 6379, 8080, 9090, 27_017];

/**
 * Looks at a host the way a stranger does, by TCP and SSH alone, never by Ansible: the key opens it,
 * passwords do not, Docker and Compose run, and only the declared ports answer, container ports
 * included. Throws `verification_failed` naming everything that is wrong.
 */
export const serverVerifyOutside = defineTool({
  name: 'server_verify_outside',
  description: 'Verify a prepared server from outside by TCP and SSH.',
  effect: 'change', // it starts, and removes, a container on the host
  input: z.object({}),
  preview: (_, server) => `verify ${server.handle} from outside`,
  async run(_, scope, deps) {
    const target = await sshTarget(scope.server, null, deps);
    const published = target.jump === null;
    await scope.progress(
      `key and password logins, Docker, open ports${published ? ', a port published by a container' : ''}`,
      0.1,
    );
    // Side by side: none depends on another. All are waited for, so that nothing goes on behind us.
    // What takes longest gets its connection first.
    const byContainer = published
      ? publishedPortIsClosed(target, scope, deps)
      : Promise.resolve([]);
    const [, password, docker, compose, ports, container] = await all([
      keyOpens(target, scope, deps),
      passwordProblems(target, scope, deps),
      dockerProblems(target, scope, deps),
      composeProblems(target, scope, deps),
      portProblems(target, scope, deps),
      byContainer,
    ]);
    const wrong = [...password, ...docker, ...compose, ...ports];
    // Without Docker there can be no container: said once is enough.
    if (docker.length === 0) wrong.push(...container);
    if (wrong.length > 0) {
      throw new OpsError('verification_failed', `${target.handle}: ${wrong.join('; ')}.`, {
        details: { problems: wrong },
      });
    }
    const checked = ['ssh_key', 'password_refused', 'docker', 'ports'];
    return { checked: target.jump === null ? [...checked, 'published_port'] : checked };
  },
});

/** As Promise.all, but settled only when the last of them is; the first one's failure counts first. */
async function all<T extends readonly Promise<unknown>[]>(checks: T) {
  await Promise.allSettled(checks);
  return Promise.all(checks);
}

async function keyOpens(
  target: SshTarget,
  { signal }: ToolScope,
  { ssh }: ToolDeps,
): Promise<void> {
  const probe = await ssh.probe(target, { timeoutMs: LOGIN_MS, signal });
  if (probe.outcome === 'ok') return;
  throw new OpsError(
    'verification_failed',
    `${target.handle}: the key does not log in: ${probe.message}`,
  );
}

async function passwordProblems(
  target: SshTarget,
  { signal }: ToolScope,
  { ssh }: ToolDeps,
): Promise<readonly string[]> {
  const password = new Secret(randomBytes(12).toString('hex'));
  const probe = await ssh.probe(
    { ...target, auth: { kind: 'password', password } },
    { timeoutMs: LOGIN_MS, signal },
  );
  const offered = probe.methods.filter((m) => m === 'password' || m === 'keyboard-interactive');
  if (offered.length > 0) return [`SSH still offers ${offered.join(' and ')} logins`];
  // Anything but a plain refusal says nothing about passwords, so it must not count as proof.
  return probe.outcome === 'login_refused' && probe.methods.length > 0
    ? []
    : [`could not see which logins SSH offers (${probe.outcome})`];
}

async function dockerProblems(
  target: SshTarget,
  { signal }: ToolScope,
  { ssh }: ToolDeps,
): Promise<readonly string[]> {
  const answer = await ssh.run(target, ['docker', 'info', '--format', '{{.ServerVersion}}'], {
    timeoutMs: COMMAND_MS,
    signal,
  });
  if (answer.code === 0 && /^\d+\./.test(answer.stdout.trim())) return [];
  return [`Docker does not run: ${(answer.stderr || answer.stdout).trim().slice(0, 200)}`];
}

/** A plugin of docker, or a program of its own. */
const COMPOSE = 'docker compose version >/dev/null 2>&1 || docker-compose version';

async function composeProblems(
  target: SshTarget,
  { signal }: ToolScope,
  { ssh }: ToolDeps,
): Promise<readonly string[]> {
  const answer = await ssh.run(target, ['sh', '-c', COMPOSE], { timeoutMs: COMMAND_MS, signal });
  if (answer.code === 0) return [];
  return [`Compose does not answer: ${(answer.stderr || answer.stdout).trim().slice(0, 200)}`];
}

async function portProblems(
  target: SshTarget,
  scope: ToolScope,
  deps: ToolDeps,
): Promise<readonly string[]> {
  const listening = await listeningPorts(target, scope.signal, deps);
  // Behind a jump host a stranger cannot try; what can be seen from here is what listens.
  if (target.jump !== null) return [];
  const declared = declaredPorts(scope.server);
  const tries = [...new Set([...listening, ...USUAL_SUSPECTS])].filter(
    (port) => !declared.has(port),
  );
  const seen = await Promise.all(
    tries.map(async (port) => ({
      port,
      open: await opensOutside(target.host, port, scope.signal, deps),
    })),
  );
  const open = seen.filter((one) => one.open).map(({ port }) => port);
  return open.length === 0 ? [] : [`undeclared ports answer from outside: ${open.join(', ')}`];
}
