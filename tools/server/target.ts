import { OpsError } from '#domain/errors.ts';
import type { SshAuth, SshTarget } from '#domain/remote.ts';
import { addressOf, type Server } from '#domain/server.ts';
import type { ToolDeps } from '#domain/tool-deps.ts';

/** How many jump hosts may stand in a row; a longer chain is a loop in the data. */
const MOST_JUMPS = 3;

/**
 * Everything SSH and Ansible need to reach a server: with the agent's key, or with the credential
 * named. Jump hosts are always entered with the agent's key.
 */
export async function sshTarget(
  server: Server,
  credentialId: string | null,
  deps: ToolDeps,
  depth = 0,
): Promise<SshTarget> {
  const host = addressOf(server.connection);
  if (host === null) {
    throw new OpsError(
      'unreachable',
      `${server.handle} has no ${server.connection.family} address.`,
      {
        retry: 'no',
        hint: 'Set its address, or the address family in use, on the server.',
      },
    );
  }
  const become = await deps.credentials.current(server.handle, 'become_password');
  return {
    handle: server.handle,
    host,
    port: server.connection.port,
    user: server.connection.user,
    auth: await authOf(credentialId, deps),
    become: server.connection.become,
    becomePassword: become?.secret ?? null,
    hostKeys: await deps.hostKeys.list(server.handle),
    jump: await jumpTarget(server, deps, depth),
  };
}

async function authOf(credentialId: string | null, deps: ToolDeps): Promise<SshAuth> {
  if (credentialId === null) return { kind: 'key', privateKey: deps.keys.privateKey };
  const credential = await deps.credentials.require(credentialId);
  return credential.kind === 'ssh_key'
    ? { kind: 'key', privateKey: credential.secret }
    : { kind: 'password', password: credential.secret };
}

async function jumpTarget(
  server: Server,
  deps: ToolDeps,
  depth: number,
): Promise<SshTarget | null> {
  if (server.connection.jumpHost === null) return null;
  if (depth >= MOST_JUMPS) {
    throw new OpsError('invalid_input', `The jump hosts of ${server.handle} form a loop.`);
  }
  const jump = await deps.servers.require(server.connection.jumpHost);
  return sshTarget(jump, null, deps, depth + 1);
}
