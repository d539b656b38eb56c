import { z } from 'zod';
import { OpsError } from '#domain/errors.ts';
import { defineTool } from '#domain/tool.ts';
import { sshTarget } from './target.ts';

const LOGIN_MS = 10_000;

/** Proves by a fresh login that the agent's key opens the host, and only then stores it as its key. */
export const serverPersistKey = defineTool({
  name: 'server_persist_key',
  description: "Store the agent's key as the server's credential, once it has logged in.",
  effect: 'change',
  input: z.object({}),
  preview: (_, server) => `store the verified key of ${server.handle}`,
  async run(_, { server, signal }, deps) {
    const probe = await deps.ssh.probe(await sshTarget(server, null, deps), {
      timeoutMs: LOGIN_MS,
      signal,
    });
    if (probe.outcome !== 'ok') {
      throw new OpsError(
        'login_refused',
        `The new key does not open ${server.handle}: ${probe.message}`,
        {
          retry: 'soon',
        },
      );
    }
    const current = await deps.credentials.current(server.handle, 'ssh_key');
    if (current?.fingerprint === deps.keys.fingerprint && current.verifiedAt !== null) {
      return { credential_id: current.id };
    }
    const saved = await deps.credentials.save({
      serverHandle: server.handle,
      kind: 'ssh_key',
      user: server.connection.user,
      secret: deps.keys.privateKey,
      fingerprint: deps.keys.fingerprint,
    });
    // The old one is superseded only now, after the new one has logged in (invariant 13).
    await deps.credentials.markVerified(saved.id);
    return { credential_id: saved.id };
  },
});
